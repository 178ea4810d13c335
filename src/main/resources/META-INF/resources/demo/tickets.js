// Tickets are placed, and cancelled with or without a replacement. The view `valid-tickets` has those that stand, and
// `ticket-takings` the sum of the amounts by show: a cancellation has a negative one.
import { $, append, element, newId, onSubmit } from "../penstock.js";
import { liveView } from "../live-view.js";

const exact = (text) => JSON.rawJSON?.(text) ?? Number(text);
const negative = (price) => exact(`-${price}`);

const placed = (ticket, data, replaces) => ({
  type: "ticket.placed",
  subject: ticket,
  datacontenttype: "application/json",
  data: { ...data, amount: exact(data.price), ...(replaces && { replaces }) },
});

const cancelled = (ticket, { show, price }, replacedBy) => ({
  type: "ticket.cancelled",
  subject: ticket,
  datacontenttype: "application/json",
  data: { show, amount: negative(price), ...(replacedBy && { replacedBy }) },
});

const newTicket = () => `t-${newId().slice(0, 8)}`;

function button(text, label, action) {
  const made = element("button", { type: "button", className: "plain", textContent: text });
  made.setAttribute("aria-label", label);
  made.addEventListener("click", action);
  return made;
}

let replacing;

function showTickets(tickets, changed) {
  const focused = document.activeElement?.getAttribute("aria-label");
  $("tickets").replaceChildren(...[...tickets].map(([ticket, data]) =>
    element("tr", { className: ticket === changed ? "fresh" : "", data: { ticket } },
      element("th", { scope: "row", textContent: ticket }),
      element("td", { textContent: data.show }),
      element("td", { textContent: data.replaces ? `${data.seat} (instead of ${data.replaces})` : data.seat }),
      element("td", { className: "number", textContent: data.price }),
      element("td", { className: "actions" },
        button("Replace", `Replace ${ticket}`, () => {
          replacing = [ticket, data];
          $("replaced").textContent = ticket;
          $("replace").hidden = false;
          $("other-seat").focus();
        }), " ",
        button("Cancel", `Cancel ${ticket}`, () => append("tickets", cancelled(ticket, data)))))));
  $("summary").textContent = tickets.size === 1 ? "1 ticket" : `${tickets.size} tickets`;
  if (focused) {
    $("tickets").querySelector(`[aria-label="${CSS.escape(focused)}"]`)?.focus();
  }
}

function showTakings(takings, changed) {
  $("takings").replaceChildren(...[...takings].map(([show, sum]) =>
    element("tr", { className: show === changed ? "fresh" : "", data: { show } },
      element("th", { scope: "row", textContent: show }),
      element("td", { className: "number", textContent: sum.toFixed(2) }))));
}

onSubmit($("order"), async () => {
  const ticket = newTicket();
  await append("tickets", placed(ticket, { show: $("show").value, seat: $("seat").value, price: $("price").value }));
  return `ordered ${ticket}`;
});

onSubmit($("replace"), async () => {
  const [ticket, { show, price }] = replacing;
  const other = newTicket();
  // Both in one request: they are appended together or not at all.
  await append("tickets", cancelled(ticket, { show, price }, other), placed(other, { show, seat: $("other-seat").value, price }, ticket));
  $("replace").hidden = true;
  $("other-seat").value = "";
  return "";
});

$("keep").addEventListener("click", () => {
  $("replace").hidden = true;
});

liveView({ view: "valid-tickets", state: $("state"), show: showTickets });
liveView({ view: "ticket-takings", state: $("takings-state"), show: showTakings });
