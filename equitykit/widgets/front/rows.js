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
      hidden(`${word()} ${place + 1}, `),
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
          ? pressed(() => drop(place), "Remove", hidden(` ${word().toLowerCase()} ${place + 1}`))
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
        hidden(`, ${word().toLowerCase()} ${place + 1}`),
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
  model.on("change:columns", paint); // such as the columns of a file, known once it is chosen
  take();
  return whole;
}
