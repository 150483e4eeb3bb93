// Fields: one line, several lines, a number, a date; words that are kept nowhere; one or several out of a list.

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
  const field = input(
    model.get("kind"),
    { id: `${idOf(model.get("ident"))}-input`, class: "ekw-input", rows: long ? model.get("lines") : null, ...OFF },
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
    model.send({ event: "said", text: field.value, window: WINDOW });
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
