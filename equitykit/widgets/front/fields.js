// The parts of a guided page, by name.

const PARTS = {
  text: renderText,
  secret: renderSecret,
  choice: renderChoice,
  rows: renderRows,
  title: renderTitle,
  problems: renderProblems,
  tasks: renderTasks,
  answers: renderAnswers,
  buttons: renderButtons,
  html: renderHtml,
};

export default {
  render({ model, el }) {
    el.classList.add("ekw");
    PARTS[model.get("part")](model, el);
  },
};
