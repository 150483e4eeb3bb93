// ---- what is not a field ----

const WRITTEN_IN = "textarea, input:not([type=radio]):not([type=checkbox])";

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
  followTongues(model, el);
  model.on("msg:custom", (message) => {
    if (message.event === "goto") window.location.assign(message.href);
  });
  model.on("change:moves", () =>
    whenShown(title, () => {
      // Somebody who is quicker than the page writes already: taking the focus away would lose letters.
      const now = document.activeElement;
      if (now.matches(WRITTEN_IN) && el.closest(".ekw-page")?.contains(now)) return;
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
              picker(model, item.id, "Change", hidden(` ${item.question}`)),
            ),
          ),
        ),
      ),
    );
  model.on("change:items", paint);
  paint();
}

// A few things to do with one thing: short words to see, and its name for those who hear them.

function renderButtons(model, el) {
  el.append(
    make(
      "div",
      { class: "ekw-buttons" },
      model.get("items").map((item) => pressed(() => model.send({ event: "pick", id: item.id }), item.text, hidden(` (${item.of})`))),
    ),
  );
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
