// A chat room: messages go out by fetch and come in by Server-Sent Events. The view `chat-recent` has a room's last ones. Who is in
// the room the window's own connection says.
import { $, Feed, append, element, get, onSubmit } from "../penstock.js";
import { followRoom, leave, people } from "../presence.js";

const SHOWN = 500;
let feed;
let room;
let company;
let me;

/** Rooms of other pages may have the same names. */
const place = () => `chat:${room}`;

function show(event) {
  const own = event.data.name === $("name").value;
  const atEnd = $("messages").scrollHeight - $("messages").scrollTop - $("messages").clientHeight < 40;
  $("messages").append(element("li", { data: own ? { own: "" } : {} },
    element("small", { textContent: `${event.data.name} · ${new Date(event.time).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })}` }),
    element("span", { textContent: event.data.text })));
  while ($("messages").childElementCount > SHOWN) {
    $("messages").firstElementChild.remove();
  }
  if (atEnd || own) {
    $("messages").scrollTop = $("messages").scrollHeight;
  }
}

/** What was said last in the room, and the cursor behind it. */
async function recent() {
  try {
    const { body, cursor } = await get(`/views/chat-recent/entries/${encodeURIComponent(room)}`);
    return { events: body.value.reverse(), cursor };
  } catch (failure) {
    if (failure.status === 404) {
      return { events: [], cursor: "earliest" };
    }
    throw failure;
  }
}

/** The window speaks for whom it was told the name of; who was somebody else before leaves. */
async function appear() {
  const name = $("name").value.trim();
  if (company && me.place === place() && me.name === name) {
    return;
  }
  company?.close();
  const before = me;
  me = { place: place(), name };
  company = followRoom({
    room: place(),
    member: name,
    state: $("people-state"),
    show: (present, gone) => $("people").replaceChildren(...people(present, gone)),
  });
  if (before?.name) {
    await leave(before.place, before.name);
  }
}

async function enter() {
  feed?.close();
  room = $("room").value.trim();
  await appear();
  const { events, cursor } = await recent();
  $("messages").replaceChildren();
  events.forEach(show);
  feed = new Feed("/streams/chat/feed", {
    query: { subject: room },
    cursor,
    state: $("state"),
    listeners: {
      message: (message) => show(JSON.parse(message.data)),
      reset: () => $("messages").replaceChildren(),
    },
  });
}

onSubmit($("enter"), enter);

onSubmit($("say"), async () => {
  if (!$("name").reportValidity()) {
    return "";
  }
  await appear();
  const text = $("text").value;
  await append("chat", { type: "chat.message", subject: room, datacontenttype: "application/json", data: { name: $("name").value, text } });
  $("text").value = "";
  $("text").focus();
  return "";
});

enter().catch((failure) => {
  $("state").dataset.state = "lost";
  $("state").textContent = failure.message;
});
