// The parts of the guided pages: plain HTML elements with true labels, and nothing from elsewhere.
// What is typed goes to Python as messages, in the order it was typed, so that a button pressed
// right after typing never overtakes the text.

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children.flat()) {
    if (child !== null && child !== undefined && child !== "") element.append(child);
  }
  return element;
}

function whenShown(element, action, tries = 60) {
  if (element.isConnected && element.getClientRects().length) action();
  else if (tries > 0) requestAnimationFrame(() => whenShown(element, action, tries - 1));
}

function idOf(ident) {
  return `ekw-${ident}`;
}

function focusOn(ident) {
  const place = document.getElementById(idOf(ident));
  if (!place) return false;
  const first =
    place.querySelector('[aria-invalid="true"]:not(fieldset)') ||
    place.querySelector("input, select, textarea, button") ||
    place;
  first.focus();
  place.scrollIntoView({ block: "nearest" });
  return true;
}

// What was just put on the page may take a moment to appear.
function seek(ident, tries = 20) {
  if (!focusOn(ident) && tries > 0) setTimeout(() => seek(ident, tries - 1), 50);
}

// ---- what stands around every field: help above the label, why it is asked, the error, a nudge ----

function frame(model, el, { group, control }) {
  const ident = model.get("ident");
  const ids = { help: `${idOf(ident)}-help`, error: `${idOf(ident)}-error`, nudge: `${idOf(ident)}-nudge` };
  const help = make("div", { class: "ekw-help", id: ids.help });
  const error = make("p", { class: "ekw-error", id: ids.error });
  const nudge = make("p", { class: "ekw-nudge", id: ids.nudge, role: "status" });
  const name = group
    ? make("legend", { class: "ekw-label" }, model.get("label"))
    : make("label", { class: "ekw-label", for: `${idOf(ident)}-input` }, model.get("label"));
  const box = make(group ? "fieldset" : "div", { class: "ekw-field" });
  // A legend must come first in its fieldset, so the help of a group stands just before the fieldset.
  const whole = make("div", { class: "ekw-ask", id: idOf(ident), lang: model.get("lang") || null }, help, box);
  box.append(name, error, control, nudge);
  el.append(whole);

  const described = () =>
    [model.get("help").length || model.get("why") ? ids.help : "", model.get("error") ? ids.error : ""]
      .filter(Boolean)
      .join(" ");
  const paint = () => {
    whole.hidden = !model.get("shown");
    help.replaceChildren(
      ...model.get("help").map((text) => make("p", {}, text)),
      ...(model.get("why") ? [make("p", { class: "ekw-why" }, "Why we ask: ", model.get("why"))] : []),
    );
    help.hidden = !help.childElementCount;
    const text = model.get("error");
    error.replaceChildren(...(text ? [make("span", { class: "ekw-hidden" }, "Error: "), text] : []));
    error.hidden = !text;
    nudge.textContent = model.get("nudge");
    nudge.hidden = !model.get("nudge");
    whole.classList.toggle("ekw-has-error", Boolean(text));
    name.replaceChildren(model.get("label"));
    const target = group ? box : control.matches("input, textarea, select") ? control : control.querySelector("input, textarea, select");
    if (described()) target.setAttribute("aria-describedby", described());
    else target.removeAttribute("aria-describedby");
    if (!group) {
      if (text) target.setAttribute("aria-invalid", "true");
      else target.removeAttribute("aria-invalid");
    }
  };
  for (const each of ["shown", "help", "why", "error", "nudge", "label"]) model.on(`change:${each}`, paint);
  whole.addEventListener("focusout", (event) => {
    if (!whole.contains(event.relatedTarget)) model.send({ event: "leave" });
  });
  paint();
  return { whole, box, paint };
}

function typed(model, value) {
  model.set("value", value);
  model.send({ event: "input", value });
  expectAnswer(model);
}

// Python answers each thing typed. Where it does not, a person must know that nothing is saved.

const NOT_SAVED =
  "What you typed is not saved yet. The program behind this page is busy or has stopped. " +
  "If this message stays for a minute, copy your last words, then load the page again.";

function expectAnswer(model) {
  model.ekwWaiting = (model.ekwWaiting || 0) + 1;
  const patience = window.ekwPatience || 10000;
  setTimeout(() => model.ekwWaiting > 0 && sayNotSaved(true), patience);
  if (model.ekwListens) return;
  model.ekwListens = true;
  model.on("msg:custom", (message) => {
    if (message.event !== "got it") return;
    model.ekwWaiting -= 1;
    if (model.ekwWaiting <= 0) sayNotSaved(false);
  });
}

function sayNotSaved(on) {
  const bar = document.getElementById("ekw-not-saved");
  if (!on) return bar && bar.remove();
  if (bar) return;
  document.body.append(make("div", { id: "ekw-not-saved", class: "ekw ekw-not-saved", role: "alert" }, make("p", {}, NOT_SAVED)));
}

// ---- one line, several lines, a number, a date ----

function grow(area) {
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight + 4}px`;
}

function isDay(text) {
  return text === "" || /^\d{4}-\d\d-\d\d$/.test(text);
}

function input(kind, attributes, value) {
  if (kind === "longtext") {
    const area = make("textarea", { rows: attributes.rows || 4, ...attributes });
    area.value = value;
    area.addEventListener("input", () => grow(area));
    whenShown(area, () => grow(area));
    return area;
  }
  const type = kind === "date" && isDay(value) ? "date" : "text";
  const field = make("input", {
    type,
    inputmode: kind === "number" ? "decimal" : null,
    autocomplete: "off",
    ...attributes,
  });
  field.value = value;
  return field;
}

function renderText(model, el) {
  const kind = model.get("kind");
  const short = kind === "number" || kind === "date";
  const field = input(
    kind,
    { id: `${idOf(model.get("ident"))}-input`, class: short ? "ekw-input ekw-short" : "ekw-input" },
    model.get("value"),
  );
  const unit = model.get("unit");
  const control = unit ? make("div", { class: "ekw-with-unit" }, field, make("span", {}, unit)) : field;
  frame(model, el, { group: false, control });
  field.addEventListener("input", () => typed(model, field.value));
  model.on("change:value", () => {
    if (field.value !== model.get("value")) {
      field.value = model.get("value");
      if (kind === "longtext") grow(field);
    }
  });
}

// ---- words that are kept nowhere: not in the state of the widget, not by the browser ----

function renderSecret(model, el) {
  const long = model.get("kind") === "longtext";
  const off = { autocomplete: "off", autocorrect: "off", autocapitalize: "off", spellcheck: "false", writingsuggestions: "false" };
  const field = input(
    model.get("kind"),
    { id: `${idOf(model.get("ident"))}-input`, class: "ekw-input", rows: long ? model.get("lines") : null, ...off },
    "",
  );
  // Without a form of its own, a browser may remember what stood in the field when it opens a page again.
  const form = make("form", { autocomplete: "off", onsubmit: (event) => event.preventDefault() }, field);
  frame(model, el, { group: false, control: form });
  const stay = (event) => {
    if (!field.isConnected) window.removeEventListener("beforeunload", stay);
    else if (field.value) event.preventDefault();
  };
  window.addEventListener("beforeunload", stay);
  field.addEventListener("input", () => {
    model.send({ event: "said", text: field.value });
    expectAnswer(model);
  });
  model.on("msg:custom", (message) => {
    if (message.event !== "show" || field.value === message.text) return;
    field.value = message.text;
    if (long) grow(field);
  });
  model.send({ event: "ready" });
}

// ---- one or several out of a list ----

function renderChoice(model, el) {
  if (model.get("kind") === "select") return renderSelect(model, el);
  const many = model.get("kind") === "many";
  const ident = model.get("ident");
  const list = make("div", { class: "ekw-options" });
  const { box, whole } = frame(model, el, { group: true, control: list });
  const chosen = () => (many ? model.get("value") || [] : model.get("value"));
  const holds = (id) => (many ? chosen().includes(id) : chosen() === id);

  const paint = () => {
    const boxes = model.get("options").map((option, place) => {
      const id = `${idOf(ident)}-${place}`;
      const hint = option.hint ? make("span", { class: "ekw-option-hint", id: `${id}-hint` }, option.hint) : null;
      const field = make("input", {
        id,
        type: many ? "checkbox" : "radio",
        name: idOf(ident),
        value: option.id,
        "aria-describedby": hint ? `${id}-hint` : null,
      });
      field.checked = holds(option.id);
      field.addEventListener("change", () => pick(option, field.checked));
      return make("div", { class: "ekw-option" }, field, make("label", { for: id }, option.label), hint);
    });
    list.replaceChildren(...boxes);
  };
  const sync = () => {
    for (const field of list.querySelectorAll("input")) field.checked = holds(field.value);
  };
  const pick = (option, on) => {
    if (!many) return typed(model, option.id);
    const alone = new Set(model.get("options").filter((one) => one.alone).map((one) => one.id));
    let now = chosen().filter((id) => id !== option.id);
    if (on) now = option.alone ? [option.id] : [...now.filter((id) => !alone.has(id)), option.id];
    const order = model.get("options").map((one) => one.id);
    typed(model, order.filter((id) => now.includes(id)));
    sync();
  };
  model.on("change:options", paint);
  model.on("change:value", sync);
  paint();
  return { box, whole };
}

function fill(select, options, value, empty) {
  select.replaceChildren(
    make("option", { value: "" }, empty),
    ...options.map((option) => make("option", { value: option.id }, option.label)),
  );
  select.value = value === null || value === undefined ? "" : value;
}

function renderSelect(model, el) {
  const select = make("select", { id: `${idOf(model.get("ident"))}-input`, class: "ekw-input ekw-select" });
  // Keys run through the options in between: only the one a person stops at counts (a file is read for it).
  let byKey = false;
  let waits = null;
  const paint = () =>
    fill(select, model.get("options"), waits === null ? model.get("value") : select.value, "Choose one");
  paint();
  frame(model, el, { group: false, control: select });
  const tell = () => {
    clearTimeout(waits);
    waits = null;
    typed(model, select.value || null);
  };
  select.addEventListener("keydown", () => (byKey = true));
  select.addEventListener("pointerdown", () => (byKey = false));
  select.addEventListener("change", () => {
    clearTimeout(waits);
    if (byKey) waits = setTimeout(tell, 250);
    else tell();
  });
  select.addEventListener("blur", () => waits !== null && tell());
  model.on("change:options", paint);
  model.on("change:value", () => {
    select.value = model.get("value") === null ? "" : model.get("value");
  });
}

// ---- rows: people, tables, actions ----

function blankRow(row) {
  return Object.entries(row).every(([name, cell]) => name === "id" || name === "status" || cell === "" || cell === null);
}

function renderRows(model, el) {
  const ident = model.get("ident");
  const list = make("div", { class: "ekw-rows" });
  const said = make("p", { class: "ekw-hidden", role: "status" });
  const add = make("button", { type: "button", class: "ekw-plain-button" });
  const control = make("div", {}, list, add, said);
  const { whole } = frame(model, el, { group: true, control });
  let rows = [];

  const columns = () => model.get("columns");
  const word = () => model.get("word");
  const emptyRow = () => Object.fromEntries(columns().map((column) => [column.id, column.start || ""]));
  let last = 0; // the highest number of an id given so far, so that none is given twice
  const number = (row) => Number((/^s(\d+)$/.exec(row.id || "") || [0, 0])[1]);
  const nameRows = () => {
    last = Math.max(last, ...rows.map(number));
    for (const row of rows) if (!row.id && !blankRow(row)) row.id = `s${++last}`;
  };
  const told = () => {
    if (model.get("ordered")) nameRows();
    const shown = [...rows];
    while (shown.length && blankRow(shown[shown.length - 1])) shown.pop();
    return shown;
  };
  const tell = () => {
    typed(model, told());
  };

  const cell = (row, place, column) => {
    const id = `${idOf(ident)}-${place}-${column.id}`;
    const hint = column.hint ? make("span", { class: "ekw-option-hint", id: `${id}-hint` }, column.hint) : null;
    const label = make(
      "label",
      { for: id, class: "ekw-cell-label" },
      make("span", { class: "ekw-hidden" }, `${word()} ${place + 1}, `),
      column.label,
    );
    const attributes = { id, class: "ekw-input", "aria-describedby": hint ? `${id}-hint` : null, "data-column": column.id };
    let field;
    if (column.kind === "choice") {
      field = make("select", { ...attributes, class: "ekw-input ekw-select" });
      fill(field, column.options, row[column.id], "Choose one");
    } else {
      const text = row[column.id] === null || row[column.id] === undefined ? "" : String(row[column.id]);
      field = input(column.kind, { ...attributes, rows: 2 }, text);
      if (column.kind === "number" || column.kind === "date") field.classList.add("ekw-short");
    }
    field.addEventListener(column.kind === "choice" ? "change" : "input", () => {
      row[column.id] = field.value;
      tell();
    });
    return make("div", { class: "ekw-cell" }, label, hint, field);
  };

  const paint = () => {
    const boxes = rows.map((row, place) => {
      const remove =
        model.get("removable") && rows.length > 1
          ? make(
              "button",
              { type: "button", class: "ekw-plain-button", onclick: () => drop(place) },
              "Remove",
              make("span", { class: "ekw-hidden" }, ` ${word().toLowerCase()} ${place + 1}`),
            )
          : null;
      const order = model.get("ordered") ? orderButtons(place) : [];
      return make(
        "fieldset",
        { class: "ekw-row", "data-row": place },
        make("legend", {}, `${word()} ${place + 1}`),
        columns().map((column) => cell(row, place, column)),
        order,
        remove,
      );
    });
    list.replaceChildren(...boxes);
    add.textContent = `Add another ${word().toLowerCase()}`;
    mark();
  };
  const orderButtons = (place) => {
    const press = (name, what, action) =>
      make(
        "button",
        { type: "button", class: "ekw-plain-button", "data-press": name, onclick: action },
        what,
        make("span", { class: "ekw-hidden" }, `, ${word().toLowerCase()} ${place + 1}`),
      );
    return [
      place > 0 ? press("up", "Move up", () => move(place, place - 1, "up")) : null,
      place < rows.length - 1 ? press("down", "Move down", () => move(place, place + 1, "down")) : null,
      press("after", `Add a ${word().toLowerCase()} after this one`, () => insert(place + 1)),
    ].filter(Boolean);
  };
  const move = (from, to, name) => {
    rows.splice(to, 0, rows.splice(from, 1)[0]);
    paint();
    tell();
    said.textContent = `${word()} ${from + 1} is now ${word().toLowerCase()} ${to + 1}.`;
    const row = list.children[to];
    (row.querySelector(`[data-press="${name}"]`) || row.querySelector("[data-press]")).focus();
  };
  const insert = (place) => {
    rows.splice(place, 0, emptyRow());
    paint();
    said.textContent = `${word()} ${place + 1} is new.`;
    list.children[place].querySelector("input, textarea, select").focus();
  };
  const mark = () => {
    for (const field of list.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
    const wrong = model.get("wrong");
    if (!wrong) return;
    const field = list.querySelector(`[data-row="${wrong.row}"] ${wrong.column ? `[data-column="${CSS.escape(wrong.column)}"]` : "[data-column]"}`);
    if (field) field.setAttribute("aria-invalid", "true");
  };
  const drop = (place) => {
    rows.splice(place, 1);
    paint();
    tell();
    said.textContent = `${word()} ${place + 1} was removed.`;
    (list.children[Math.min(place, rows.length - 1)].querySelector("input, textarea, select") || add).focus();
  };
  add.addEventListener("click", () => insert(rows.length));
  const take = () => {
    rows = (model.get("value") || []).map((row) => ({ ...emptyRow(), ...row }));
    last = Math.max(last, ...rows.map(number));
    if (!rows.length) rows.push(emptyRow());
    paint();
  };
  model.on("change:value", () => {
    if (JSON.stringify(model.get("value")) !== JSON.stringify(told())) take();
  });
  model.on("msg:custom", (message) => {
    // Python gave new rows their ids: keep the fields, and the place of the cursor, as they are.
    if (message.event === "ids") message.ids.forEach((id, place) => rows[place] && (rows[place].id = id));
  });
  model.on("change:wrong", mark);
  take();
  return whole;
}

// ---- what is not a field ----

function renderTitle(model, el) {
  const caption = make("p", { class: "ekw-caption" });
  const title = make("h1", { tabindex: "-1", class: "ekw-title" });
  el.append(caption, title);
  const before = document.title;
  const paint = () => {
    caption.textContent = model.get("caption");
    caption.hidden = !model.get("caption");
    title.textContent = model.get("text");
    if (document.body.dataset.voila === "voila") {
      document.title = `${model.get("wrong") ? "Error: " : ""}${model.get("text")} - ${before}`;
    }
  };
  for (const each of ["caption", "text", "wrong"]) model.on(`change:${each}`, paint);
  model.on("msg:custom", (message) => {
    if (message.event === "goto") window.location.assign(message.href);
  });
  model.on("change:moves", () =>
    whenShown(title, () => {
      title.focus({ preventScroll: true });
      (document.body.dataset.voila === "voila" ? document.body : el).scrollIntoView({ block: "start" });
    }),
  );
  paint();
}

function renderProblems(model, el) {
  const paint = () => {
    const items = model.get("items");
    if (!items.length) return el.replaceChildren();
    const box = make(
      "div",
      { class: "ekw-problems", role: "alert", tabindex: "-1" },
      make("h2", {}, "There is a problem"),
      make(
        "ul",
        {},
        items.map((item) =>
          make(
            "li",
            {},
            item.target
              ? make(
                  "a",
                  {
                    href: `#${idOf(item.target)}`,
                    onclick: (event) => {
                      event.preventDefault();
                      if (!focusOn(item.target)) model.send({ event: "pick", id: item.target });
                    },
                  },
                  item.text,
                )
              : item.text,
          ),
        ),
      ),
    );
    el.replaceChildren(box);
    whenShown(box, () => {
      box.focus({ preventScroll: true });
      box.scrollIntoView({ block: "nearest" });
    });
  };
  model.on("change:times", paint);
  model.on("change:items", () => !model.get("items").length && paint());
  model.on("msg:custom", (message) => {
    if (message.event === "focus") whenShown(document.body, () => setTimeout(() => seek(message.target), 50));
  });
  paint();
}

function picker(model, id, ...content) {
  return make("button", { type: "button", class: "ekw-link", onclick: () => model.send({ event: "pick", id }) }, ...content);
}

function renderTasks(model, el) {
  const paint = () =>
    el.replaceChildren(
      make(
        "ul",
        { class: "ekw-tasks" },
        model.get("items").map((item) => {
          const status = make("span", { class: `ekw-status ${item.tone || ""}` }, item.status);
          const name = make("span", { class: "ekw-task-name" }, item.title);
          const hint = item.hint ? make("span", { class: "ekw-option-hint" }, item.hint) : null;
          return make(
            "li",
            {},
            item.blocked
              ? make("div", { class: "ekw-task" }, name, status, hint)
              : item.href
                ? make("a", { class: "ekw-task", href: item.href, target: item.target || null }, name, status, hint)
                : make(
                    "button",
                    { type: "button", class: "ekw-task", onclick: () => model.send({ event: "pick", id: item.id }) },
                    name,
                    status,
                    hint,
                  ),
          );
        }),
      ),
    );
  model.on("change:items", paint);
  paint();
}

function renderAnswers(model, el) {
  const paint = () =>
    el.replaceChildren(
      make(
        "dl",
        { class: "ekw-answers" },
        model.get("items").map((item) =>
          make(
            "div",
            {},
            make("dt", {}, item.question),
            make("dd", { class: item.missing ? "ekw-missing" : null }, item.lines.map((line) => make("p", {}, line))),
            make(
              "dd",
              { class: "ekw-change" },
              picker(model, item.id, "Change", make("span", { class: "ekw-hidden" }, ` ${item.question}`)),
            ),
          ),
        ),
      ),
    );
  model.on("change:items", paint);
  paint();
}

function renderHtml(model, el) {
  const box = make("div", { class: "ekw-html", role: model.get("role") || null });
  el.append(box);
  const paint = () => {
    box.innerHTML = model.get("html");
    box.hidden = !model.get("html") && !model.get("role");
  };
  model.on("change:html", paint);
  paint();
}

const PARTS = {
  text: renderText,
  secret: renderSecret,
  choice: renderChoice,
  rows: renderRows,
  title: renderTitle,
  problems: renderProblems,
  tasks: renderTasks,
  answers: renderAnswers,
  html: renderHtml,
};

export default {
  render({ model, el }) {
    el.classList.add("ekw");
    PARTS[model.get("part")](model, el);
  },
};
