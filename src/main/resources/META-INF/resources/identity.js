// How a page says who calls: by the cookie of a session, which the browser sends by itself, or by a token, which takes a ticket for
// each connection of a feed.

let token;
let renew;
let renewing;

/** From now on, a token in the place of a session: what gives one, that is good now, and may take its time. */
export function useToken(give) {
  token = give;
}

/** What is asked when the page is not known any more; its promise is kept when it is known again. */
export function onSignedOut(ask) {
  renew = ask;
}

export function hasToken() {
  return token !== undefined;
}

/** The headers that say who calls; none where the cookie does. */
export async function authorization() {
  return token ? { Authorization: `Bearer ${await token()}` } : {};
}

/** Asks, once for all feeds of the page, to be known again. Waits for ever if nobody could be asked. */
export function identify() {
  renewing ??= (renew ? renew() : new Promise(() => {})).finally(() => {
    renewing = undefined;
  });
  return renewing;
}

async function checked(response) {
  if (!response.ok) {
    throw Object.assign(new Error(`refused: ${response.status}`), { status: response.status });
  }
  return response;
}

/** A ticket for one connection of the feed at this path. */
export async function ticket(path) {
  const response = await fetch("/tickets", {
    method: "POST",
    headers: { "Content-Type": "application/json", ...await authorization() },
    body: JSON.stringify({ path }),
  });
  return (await (await checked(response)).json()).ticket;
}

/** Begins a session with a token. */
export async function beginSession(bearer) {
  const response = await fetch("/session", { method: "POST", headers: { Authorization: `Bearer ${bearer}` } });
  return (await checked(response)).json();
}

/** Ends it, and its feeds, in every window. */
export async function endSession() {
  await fetch("/session", { method: "DELETE" });
}

/** Who calls: `known` with a `subject`, `unknown`, or `unasked` where nobody is asked. */
export async function whoCalls() {
  const response = await fetch("/session", { headers: await authorization() });
  if (!response.ok) {
    return { state: "unknown" };
  }
  const caller = await response.json();
  return { state: caller.subject ? "known" : "unasked", ...caller };
}
