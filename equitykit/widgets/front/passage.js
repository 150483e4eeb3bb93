// A passage on its way into the file. Its words come as messages and stand on this page only: they are
// in no state of a widget, and so in no notebook.

const STATES = { open: "not decided", mask: "masked", keep: "kept" };

// ---- the passage with what is flagged, and a decision about each ----

function renderReview(model, el) {
  const text = make("div", { class: "ekw-passage" });
  const list = make("ol", { class: "ekw-flags" });
  const said = make("p", { class: "ekw-waiting", role: "status" });
  const all = pressed(() => model.send({ event: "all" }), "Mask all that is open");
  const phrase = make("input", { id: "ekw-~phrase-input", class: "ekw-input", type: "text", ...OFF });
  const add = make(
    "form",
    {
      class: "ekw-phrase",
      autocomplete: "off",
      onsubmit: (event) => {
        event.preventDefault();
        if (phrase.value.trim()) model.send({ event: "phrase", text: phrase.value });
        phrase.value = "";
        phrase.focus();
      },
    },
    make("label", { class: "ekw-label", for: "ekw-~phrase-input" }, "Is there more that shows who it is? Type the words as they stand"),
    phrase,
    make("button", { class: "ekw-plain-button" }, "Mask these words"),
  );
  el.append(
    make("h2", {}, "The text as it would be kept"),
    make("p", {}, "Framed words wait for you. Words in brackets stand for what is masked. Dotted words are kept."),
    text,
    said,
    make("h2", {}, "What is flagged"),
    all,
    list,
    add,
  );

  const paragraph = (pieces) =>
    make(
      "p",
      {},
      pieces.map((piece) =>
        piece.decision
          ? make(
              "mark",
              { class: `ekw-flag ekw-flag-${piece.decision}` },
              piece.text,
              make("sup", { "aria-hidden": "true" }, String(piece.number)),
              hidden(` (${piece.number}, ${STATES[piece.decision]})`),
            )
          : piece.text,
      ),
    );

  const flag = (mark) => {
    const id = `ekw-~mark-${mark.start}`;
    const decide = (decision) => model.send({ event: "decide", number: mark.number, decision, put: put.value });
    const put = make("input", { id: `${id}-put`, class: "ekw-input", type: "text", ...OFF });
    put.value = mark.put;
    const written = () => put.value !== mark.put && decide("mask");
    put.addEventListener("blur", written);
    put.addEventListener("keydown", (event) => event.key === "Enter" && written());
    const choice = (decision, label) => {
      const radio = make("input", { id: `${id}-${decision}`, type: "radio", name: id });
      radio.checked = mark.decision === decision;
      radio.addEventListener("change", () => decide(decision));
      return make("div", { class: "ekw-option" }, radio, make("label", { for: radio.id }, label));
    };
    const everywhere =
      mark.times > 1
        ? make(
            "button",
            { id: `${id}-all`, type: "button", class: "ekw-link", onclick: () => model.send({ event: "everywhere", number: mark.number }) },
            `Keep this word everywhere (${mark.times} places)`,
          )
        : null;
    return make(
      "li",
      {},
      make(
        "fieldset",
        { id, class: `ekw-decide ekw-decide-${mark.decision}` },
        make("legend", {}, make("b", {}, `${mark.number}. \u201c${mark.said}\u201d`), `: ${mark.why}, ${STATES[mark.decision]}`),
        make(
          "div",
          { class: "ekw-choices" },
          choice("mask", "Mask it"),
          choice("keep", "Keep it"),
          make("div", { class: "ekw-put" }, make("label", { for: put.id }, "Put in its place", hidden(` of number ${mark.number}`)), put),
        ),
        everywhere,
      ),
    );
  };

  model.on("msg:custom", (message) => {
    if (message.event !== "show") return;
    const now = document.activeElement;
    const focus = now && list.contains(now) ? now.id : "";
    const typed = focus && now.type === "text" ? now.value : null; // a word that somebody is just writing
    text.replaceChildren(...message.paragraphs.map(paragraph));
    list.replaceChildren(...message.marks.map(flag));
    all.hidden = !message.waiting;
    said.textContent = message.said;
    const place = focus && document.getElementById(focus);
    if (!place) return;
    if (typed !== null) place.value = typed;
    place.focus({ preventScroll: true });
  });
}

// ---- passages of a file, each with a way to take it ----

function renderSegments(model, el) {
  const list = make("ol", { class: "ekw-segments" });
  el.append(list);
  model.on("msg:custom", (message) => {
    if (message.event !== "show") return;
    list.replaceChildren(
      ...message.segments.map((one) =>
        make(
          "li",
          {},
          make("p", {}, make("b", {}, `${one.number}. `), one.text),
          pressed(() => model.send({ event: "pick", id: String(one.number) }), "Take this passage", hidden(` (number ${one.number})`)),
        ),
      ),
    );
  });
}

export default {
  render({ model, el }) {
    el.classList.add("ekw");
    (model.get("part") === "review" ? renderReview : renderSegments)(model, el);
    const stay = (event) => {
      if (!el.isConnected) window.removeEventListener("beforeunload", stay);
      else event.preventDefault();
    };
    window.addEventListener("beforeunload", stay);
    model.send({ event: "ready" });
  },
};
