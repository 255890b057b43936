/** A release is being loaded for trying: ask again until it is there, unless somebody has begun to type. */
const form = document.getElementById("try");

setTimeout(() => {
  if (!form.elements.say.value) form.requestSubmit();
}, 2500);
