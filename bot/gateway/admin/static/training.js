/** The progress of the training on this page; when it is over the page is loaded anew. */
import { poll } from "./api.js";

const card = document.getElementById("training");
const EVERY = 1000;
let step = "";

async function look() {
  let job;
  try {
    ({ job } = await poll("/admin/api/v1/training"));
  } catch (error) {
    if (error.status === 401) return location.reload();
    return void setTimeout(look, 3 * EVERY); // the gateway restarts; the training goes on
  }
  if (!job || job.id !== card.dataset.job || job.done) return location.reload();
  card.querySelector("progress").value = job.percent;
  card.querySelector("[data-step]").textContent = job.step || "等训练程序接手";
  card.querySelector("[data-percent]").textContent = `${Math.round(job.percent)}%`;
  card.querySelector("[data-left]").textContent = job.left_text ? `　约还要 ${job.left_text}` : "";
  const now = (job.step || "").split("：")[0];
  if (now !== step) {
    step = now;
    document.getElementById("announce").textContent = `${step}，${Math.round(job.percent)}%`;
  }
  setTimeout(look, EVERY);
}

setTimeout(look, EVERY);
