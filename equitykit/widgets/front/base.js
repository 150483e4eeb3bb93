// Put together in Python (fields.py): base.js, then the parts, and last the file that holds `export default`.
// Plain HTML elements with true labels, and nothing from elsewhere. What is typed goes to Python as messages,
// in the order it was typed, so that a button pressed right after typing never overtakes the text.

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

const hidden = (text) => make("span", { class: "ekw-hidden" }, text);

// What a browser must not look at or remember.
const OFF = { autocomplete: "off", autocorrect: "off", autocapitalize: "off", spellcheck: "false", writingsuggestions: "false" };

function pressed(action, ...content) {
  return make("button", { type: "button", class: "ekw-plain-button", onclick: action }, ...content);
}

// A slow computer may need seconds until what was put on the page can be seen.
function whenShown(element, action, tries = 600) {
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
function seek(ident, tries = 200) {
  if (!focusOn(ident) && tries > 0) setTimeout(() => seek(ident, tries - 1), 50);
}

// ---- what stands around every field: help above the label, why it is asked, the error, a nudge ----

function frame(model, el, { group, control }) {
  listen(model);
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
  const whole = make("div", { class: "ekw-ask", id: idOf(ident) }, help, box);
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
    error.replaceChildren(...(text ? [hidden("Error: "), text] : []));
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

// In JupyterLab, two windows can show the same page: what is typed in one stands in the other too.
const WINDOW = Math.random().toString(36).slice(2);

function typed(model, value) {
  model.set("value", value);
  model.send({ event: "input", value, window: WINDOW });
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
}

function listen(model) {
  if (model.ekwListens) return;
  model.ekwListens = true;
  model.on("msg:custom", (message) => {
    if (message.event !== "got it") return;
    if (message.window !== WINDOW) {
      if ("value" in message) model.set("value", message.value);
      return;
    }
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

// ---- one field: several lines grow as they are filled ----

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
    whenShown(area, () => grow(area), 60);
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
