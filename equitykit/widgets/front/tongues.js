// ---- words in another language than the page's are marked, so that a voice reads them as what they are ----
// The title of a page holds them, each with its language; wherever they appear on the page, they get a `lang`.

const MIXED = 4; // shorter ones are only looked for as a whole: "No" stands in many an English sentence

const oneLine = (text) => text.trim().replace(/\s+/g, " ").toLowerCase();

function marker(spoken) {
  const tongue = new Map(Object.entries(spoken).map(([text, code]) => [oneLine(text), code]));
  const inside = [...tongue.keys()].filter((text) => text.length >= MIXED).sort((a, b) => b.length - a.length);
  const escaped = inside.map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll(" ", "\\s+"));
  const found = new RegExp(`(?<![\\p{L}\\p{N}])(?:${escaped.join("|")})(?![\\p{L}\\p{N}])`, "giu");
  const span = (text) => make("span", { lang: tongue.get(oneLine(text)) }, text);

  return (node) => {
    const parent = node.parentElement;
    if (!parent || parent.closest("[lang]:not(html), svg, script, style, textarea")) return;
    const text = node.data;
    const whole = tongue.get(oneLine(text));
    if (parent.matches("option")) return whole && parent.setAttribute("lang", whole);
    if (whole) return node.replaceWith(span(text));
    if (!escaped.length) return;
    const pieces = [];
    let at = 0;
    for (const match of text.matchAll(found)) {
      pieces.push(text.slice(at, match.index), span(match[0]));
      at = match.index + match[0].length;
    }
    if (pieces.length) node.replaceWith(...[...pieces, text.slice(at)].filter((piece) => piece !== ""));
  };
}

function followTongues(model, el) {
  let watch = null;
  const follow = (tries = 600) => {
    if (watch) watch.disconnect();
    const spoken = model.get("tongues");
    if (!Object.keys(spoken).length) return;
    const page = el.isConnected && el.closest(".ekw-page");
    if (!page) return tries > 0 && setTimeout(() => follow(tries - 1), 100);
    const mark = marker(spoken);
    const look = (place) => {
      if (place.nodeType === Node.TEXT_NODE) return mark(place);
      const walker = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
      const texts = [];
      while (walker.nextNode()) texts.push(walker.currentNode);
      texts.forEach(mark);
    };
    watch = new MutationObserver((changes) => {
      for (const change of changes) {
        if (change.type === "characterData") look(change.target);
        else change.addedNodes.forEach(look);
      }
    });
    watch.observe(page, { childList: true, characterData: true, subtree: true });
    look(page);
  };
  model.on("change:tongues", () => follow());
  follow();
}
