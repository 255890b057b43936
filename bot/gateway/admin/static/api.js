/** Calls the console's own API. Failures become an Error whose message is a sentence for people. */
export async function send(method, path, body) {
  const headers = { "X-CSRF-Token": document.querySelector("meta[name=csrf]").content };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  } catch {
    throw new Error("连不上服务器，请检查网络后再试。");
  }
  const answer = await read(response);
  document.dispatchEvent(new Event("console:used"));
  return answer;
}

/** The same for requests the page makes by itself, which do not keep the log-in alive. */
export async function poll(path) {
  return read(await fetch(path, { headers: { "X-Background": "1" } }));
}

async function read(response) {
  if (response.status === 204) return null;
  const answer = await response.json().catch(() => null);
  if (!response.ok) {
    const error = new Error(answer?.error?.message ?? "没有办成，请刷新页面再试。");
    error.status = response.status;
    error.code = answer?.error?.code;
    error.details = answer?.error ?? {};
    throw error;
  }
  return answer;
}
