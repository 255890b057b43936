/** A question with two answers, as a modal dialog; resolves to whether it was agreed to. */
export function ask(question, yes, dangerous = false) {
  const dialog = document.createElement("dialog");
  dialog.className = "dialog";
  const text = document.createElement("p");
  text.id = "dialog-question";
  text.textContent = question;
  dialog.setAttribute("aria-labelledby", text.id);
  const form = document.createElement("form");
  form.method = "dialog";
  form.className = "actions";
  form.append(button("取消", "no", ""), button(yes, "yes", dangerous ? "danger" : "primary"));
  dialog.append(text, form);
  document.body.append(dialog);
  const before = document.activeElement;
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      before?.focus();
      resolve(dialog.returnValue === "yes");
    });
  });
}

function button(label, value, kind) {
  const made = document.createElement("button");
  made.value = value;
  made.textContent = label;
  made.className = kind;
  return made;
}
