// Makes what already works without it nicer: focus, live updates by htmx, and a warning before time runs out.
import htmx from 'htmx.org/dist/htmx.esm.js';

window.htmx = htmx;
const $ = (selector, within = document) => within.querySelector(selector);
const words = () => $('#words').dataset;

export function announce(text) {
  const live = $('#announce');
  live.textContent = '';
  requestAnimationFrame(() => { live.textContent = text; });
}

// Said to those who hear, and on the button to those who see.
function announceHere(button) {
  announce(button.dataset.copied);
  button.textContent = button.dataset.copied;
}

function takeFocus(within) {
  $('[data-take-focus]', within)?.focus();
}

// Links of the error summary lead to the control itself, also where it lies in something folded.
document.addEventListener('click', (event) => {
  const link = event.target.closest('a[href^="#"]');
  if (link) {
    const target = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    for (let fold = target?.closest('details:not([open])'); fold; fold = fold.parentElement.closest('details:not([open])')) fold.open = true;
    if (target && link.closest('.ds-error-summary')) {
      event.preventDefault();
      target.scrollIntoView({ block: 'center' });
      (target.matches('input, select, textarea, button') ? target : $('input, select, textarea, button', target) ?? target).focus({ preventScroll: true });
    }
  }
  // A menu closes when one clicks beside it.
  for (const menu of document.querySelectorAll('details[data-menu][open]')) if (!menu.contains(event.target)) menu.open = false;
  if (event.target.closest('[data-print]')) window.print();
  const copy = event.target.closest('[data-copy]');
  if (copy) navigator.clipboard.writeText(document.getElementById(copy.dataset.copy).textContent).then(() => announceHere(copy));
});

document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  const open = event.target.closest?.('details[data-menu][open], details.confirm[open]');
  if (open) {
    open.open = false;
    $('summary', open).focus();
  }
});

// A page's own keys (j, k …), where nothing is being typed.
document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest?.('input, select, textarea, [contenteditable]')) return;
  $(`a[data-key="${CSS.escape(event.key)}"]`)?.click();
});

// Without a connection a form or a link would lead to the browser's own error page, away from what was typed.
const stopOffline = (event) => {
  if (navigator.onLine) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  $('#offline').focus();
};
document.addEventListener('submit', stopOffline, true);
document.addEventListener('click', (event) => { if (event.target.closest('a[href]:not([href^="#"])')) stopOffline(event); }, true);

// A list that was asked for before something in it was chosen would take the choice away.
document.addEventListener('change', (event) => {
  const list = event.target.closest?.('[data-search]');
  if (list) htmx.trigger(list.dataset.search, 'htmx:abort');
});

// Sent once, however often one clicks.
document.addEventListener('submit', (event) => {
  const form = event.target;
  if (form.method !== 'post' || event.defaultPrevented) return;
  // The session is over here: sent now, the form would be lost. It may have been continued in another window.
  if (!($('#session-over')?.hidden ?? true)) {
    event.preventDefault();
    stay().then((ok) => {
      if (ok) form.requestSubmit(event.submitter);
      else $('a', $('#session-over')).focus();
    });
    return;
  }
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = 'yes';
  setTimeout(() => { delete form.dataset.sent; }, 4000);
});

// Files stay chosen when the form comes back with something to correct: the rest of the page is exchanged around them.
document.addEventListener('submit', (event) => {
  const form = event.target;
  if (event.defaultPrevented || !form.matches('[data-keeps-files]') || !$('input[type="file"]', form).files.length) return;
  event.preventDefault();
  htmx.ajax('POST', form.getAttribute('action'), { source: form, target: '#main', swap: 'innerHTML', select: '#main > *' });
});
// What else comes of it has a page of its own; sent again, it is the same report.
const sendByPage = (event) => {
  if (event.detail.elt.matches('[data-keeps-files]') && event.detail.xhr.status !== 401) HTMLFormElement.prototype.submit.call(event.detail.elt);
};
document.addEventListener('htmx:responseError', sendByPage);
document.addEventListener('htmx:sendError', sendByPage);

// What cannot be sent is not sent for nothing.
document.addEventListener('change', (event) => {
  const input = event.target;
  if (!input.matches?.('input[type="file"][data-max-size]')) return;
  const kept = new DataTransfer();
  const left = [];
  for (const file of input.files) {
    if (file.size <= Number(input.dataset.maxSize) && kept.items.length < Number(input.dataset.most)) kept.items.add(file);
    else left.push(file.name);
  }
  const note = document.getElementById(`${input.id}-left`);
  if (left.length) input.files = kept.files;
  note.hidden = !left.length;
  note.textContent = left.length ? `${note.dataset.left} ${left.join(', ')}` : '';
});
window.addEventListener('pageshow', () => { for (const form of document.forms) delete form.dataset.sent; });

// A filter that is changed by pointer counts at once. By keyboard it waits for its button: the arrows pass through every choice.
let byPointer = false;
document.addEventListener('pointerdown', () => { byPointer = true; }, true);
document.addEventListener('keydown', () => { byPointer = false; }, true);
document.addEventListener('change', (event) => {
  if (!byPointer) return;
  const form = event.target.closest?.('form[data-autosubmit]');
  if (form) form.requestSubmit();
});

// --- The session -------------------------------------------------------------------------------------------------
const WARN_SECONDS = 120;
let lastSeen = Date.now();
let showTimeLeft = () => {};
// The server has just answered: the session lasts from now, and the page shows it at once.
const seen = () => {
  lastSeen = Date.now();
  showTimeLeft();
};

// Prolongs the session; false when it is over or the server cannot be reached.
async function stay() {
  const form = $('[data-stay]');
  try {
    const answer = await fetch(form.action, { method: 'POST', body: new FormData(form), headers: { 'HX-Request': 'true' } });
    if (answer.ok) seen();
    return answer.ok;
  } catch {
    return false;
  }
}

function watchSession() {
  const body = document.body;
  if (!body.dataset.signedIn) return;
  const warning = $('#session-warning');
  const over = $('#session-over');
  const left = $('[data-session-left]', warning);
  let focusBefore = null;
  showTimeLeft = () => {
    const seconds = Math.round(Number(body.dataset.idleSeconds) - (Date.now() - lastSeen) / 1000);
    if (seconds <= 0) {
      warning.hidden = true;
      over.hidden = false;
    } else if (seconds <= Math.min(WARN_SECONDS, Number(body.dataset.idleSeconds) / 2)) {
      left.textContent = seconds > 60 ? `${Math.ceil(seconds / 60)} ${words().minutes}` : `${seconds} ${words().seconds}`;
      if (warning.hidden) {
        focusBefore = document.activeElement;
        warning.hidden = false;
        $('button', warning).focus();
      }
    } else {
      warning.hidden = over.hidden = true;
    }
  };
  setInterval(showTimeLeft, 1000);
  $('[data-stay]', warning).addEventListener('submit', async (event) => {
    event.preventDefault();
    if (await stay()) {
      warning.hidden = true;
      focusBefore?.focus();
    } else {
      warning.hidden = true;
      over.hidden = false;
    }
  });
}

document.addEventListener('htmx:afterRequest', (event) => {
  const status = event.detail.xhr?.status;
  if (status === 401) $('#session-over').hidden = false;
  else if (status > 0 && status < 500) seen();
});
document.addEventListener('htmx:responseError', (event) => {
  if (event.detail.xhr.status !== 401) announce(words().failed);
});
// What the server refuses it explains in the same place as what it takes.
document.addEventListener('htmx:beforeSwap', (event) => {
  if (event.detail.xhr.status === 422 || event.detail.xhr.status === 412) event.detail.shouldSwap = true, event.detail.isError = false;
});
document.addEventListener('htmx:afterSwap', (event) => takeFocus(event.detail.target));

const network = () => { $('#offline').hidden = navigator.onLine; };
window.addEventListener('online', () => {
  network();
  // What was typed meanwhile is kept now.
  for (const draft of document.querySelectorAll('form[data-draft]')) draft.dispatchEvent(new Event('change', { bubbles: true }));
});
window.addEventListener('offline', network);

function start() {
  network();
  takeFocus(document);
  watchSession();
  $('.site-nav [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
}
if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', start);
else start();
