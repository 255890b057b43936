/** What is meant for paper is printed by a button. */
document.querySelector("[data-print]").addEventListener("click", () => window.print());
