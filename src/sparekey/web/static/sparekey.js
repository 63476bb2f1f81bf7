/* Sparekey. Everything here is a convenience: each page works without it, passkeys excepted. */
(() => {
  const d = document, root = d.documentElement;
  const on = (sel, ev, fn) => d.querySelectorAll(sel).forEach(el => el.addEventListener(ev, e => fn(el, e)));
  root.classList.add('js');

  // Menus close on Escape, on a click elsewhere and when focus leaves, so they never cover the focused thing.
  const shut = except => d.querySelectorAll('[data-menu][open]').forEach(m => { if (m !== except) m.open = false; });
  d.addEventListener('click', e => shut(e.target.closest('[data-menu]')));
  on('[data-menu]', 'focusout', (m, e) => { if (e.relatedTarget && !m.contains(e.relatedTarget)) m.open = false; });
  d.addEventListener('keydown', e => {
    const m = e.key === 'Escape' && d.querySelector('[data-menu][open]');
    if (m) { m.open = false; m.querySelector('summary').focus(); }
  });

  // The error summary takes focus when the page comes back with mistakes.
  d.querySelector('[data-focus]')?.focus();

  // One polite live region for short confirmations.
  const live = d.body.appendChild(Object.assign(d.createElement('p'), { className: 'vh' }));
  live.setAttribute('role', 'status');
  const say = (btn, text) => {
    const label = btn.querySelector('[data-label]') || btn;
    btn.dataset.old ??= label.textContent;
    label.textContent = live.textContent = text;
    setTimeout(() => { label.textContent = btn.dataset.old; live.textContent = ''; }, 2500);
  };

  // Spaces are for reading only: a copied secret or code comes without them, one code a line.
  on('[data-copy]', 'click', async btn => {
    const from = d.getElementById(btn.dataset.copy);
    try { await navigator.clipboard.writeText(from.tagName === 'PRE' ? from.textContent : from.innerText.replace(/[^\S\n]+/g, '')); say(btn, btn.dataset.done); }
    catch { getSelection().selectAllChildren(from); }
  });
  on('[data-print]', 'click', () => print());
  on('[data-show]', 'click', btn => {
    const input = d.getElementById(btn.dataset.show), hide = input.type === 'text';
    input.type = hide ? 'password' : 'text';
    btn.setAttribute('aria-pressed', String(!hide));
  });
  on('form', 'submit', f => f.querySelectorAll('[data-show]').forEach(b => { d.getElementById(b.dataset.show).type = 'password'; }));

  // Theme: follows the system until someone chooses; the server keeps the choice in a cookie.
  on('[data-theme-next]', 'click', () => {
    const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme:dark)').matches;
    root.dataset.theme = dark ? 'light' : 'dark';
    d.cookie = `theme=${root.dataset.theme};path=/;max-age=31536000;samesite=lax${location.protocol === 'https:' ? ';secure' : ''}`;
  });

  // Countdowns: the server prints the exact end; this only keeps the remaining time fresh.
  const tick = () => d.querySelectorAll('time[data-left]').forEach(t => {
    const sec = Math.max(0, Math.ceil((new Date(t.dateTime) - Date.now()) / 1e3)), unit = sec < 60 ? 'second' : 'minute';
    const span = new Intl.NumberFormat(root.lang, { style: 'unit', unitDisplay: 'long', unit }).format(sec < 60 ? sec : Math.ceil(sec / 60));
    t.textContent = t.dataset.left.replace('{span}', span);
  });
  if (d.querySelector('time[data-left]')) { tick(); setInterval(tick, 3e4); }

  // Passkeys. The page asks the server, the browser asks its person, and a form takes the answer back.
  const P = window.PublicKeyCredential;
  const dec = t => Uint8Array.from(atob(t.replace(/-/g, '+').replace(/_/g, '/')), c => c.charCodeAt(0));
  const enc = b => btoa(String.fromCharCode(...new Uint8Array(b))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
  const ids = list => list?.map(c => ({ ...c, id: dec(c.id) }));
  const read = o => ({ ...o, challenge: dec(o.challenge), user: o.user && { ...o.user, id: dec(o.user.id) },
    allowCredentials: ids(o.allowCredentials), excludeCredentials: ids(o.excludeCredentials) });
  const write = c => JSON.stringify({ id: c.id, rawId: c.id, type: c.type, clientExtensionResults: c.getClientExtensionResults(),
    authenticatorAttachment: c.authenticatorAttachment ?? undefined,
    response: { transports: c.response.getTransports?.(), ...Object.fromEntries(['clientDataJSON', 'attestationObject', 'authenticatorData',
      'signature', 'userHandle'].filter(k => c.response[k]).map(k => [k, enc(c.response[k])])) } });
  const form = d.getElementById('passkey-form');
  let open;
  const ask = async btn => {
    const body = new URLSearchParams({ csrf: form.elements.csrf.value, page: location.pathname, username: d.getElementById('username')?.value ?? '' });
    const answer = await fetch(btn.dataset.options, { method: 'POST', body });
    if (answer.redirected) { if (!('passkeyOffer' in form.dataset)) location.assign(answer.url); throw new DOMException('', 'AbortError'); }
    if (!answer.ok) throw Object.assign(new Error(answer.status), await answer.json().catch(() => ({})));
    return read(await answer.json());
  };
  const passkey = async (btn, mediation) => {
    open?.abort(); open = new AbortController();
    const { signal } = open, publicKey = await ask(btn);
    form.elements.passkey.value = write(await navigator.credentials[btn.dataset.passkey]({ publicKey, mediation, signal }));
    form.submit(); form.elements.passkey.value = ''; // back to this page, and it is answered anew
  };
  if (!P) d.querySelectorAll('[data-passkey-box]').forEach(b => { b.hidden = true; });
  if (!P) d.querySelectorAll('[data-passkey-none]').forEach(b => { b.hidden = false; });
  // Passkeys in the username field's own list; asked anew before the question runs out, never over an open dialog.
  const user = d.querySelector('[autocomplete~=webauthn]'), button = d.querySelector('[data-passkey=get]');
  let pressed = false, listed = false;
  const offer = () => { if (listed && !pressed && !d.hidden) passkey(button, 'conditional').catch(() => {}); };
  if (user && button) P?.isConditionalMediationAvailable?.().then(can => { listed = can; offer(); setInterval(offer, 24e4); });
  d.addEventListener('visibilitychange', offer);
  on('[data-passkey]', 'click', async btn => {
    if (pressed) return;
    const out = d.getElementById(btn.getAttribute('aria-describedby'));
    out.textContent = '';
    pressed = true;
    try { await passkey(btn); }
    catch (e) {
      const said = e.said ?? { NotAllowedError: out.dataset.stopped, InvalidStateError: out.dataset.there }[e.name] ?? out.dataset.failed;
      if (e.name !== 'AbortError') out.textContent = said;
      setTimeout(offer);
    } finally { pressed = false; }
  });
  // Password managers learn which passkeys still work here.
  const unknown = d.querySelector('[data-unknown]');
  if (unknown) P?.signalUnknownCredential?.(JSON.parse(unknown.dataset.unknown)).catch(() => {});
  // After a password that the browser filled in, it may make a passkey for the next time, and tells its person.
  const offered = d.querySelector('[data-passkey-offer]');
  if (offered) P?.getClientCapabilities?.().then(can => { if (can.conditionalCreate) passkey(offered, 'conditional').catch(() => {}); });
  const told = d.querySelector('[data-signal]');
  if (told) {
    const { rpId, userId, allAcceptedCredentialIds, name, displayName } = JSON.parse(told.dataset.signal);
    P?.signalAllAcceptedCredentials?.({ rpId, userId, allAcceptedCredentialIds }).catch(() => {});
    P?.signalCurrentUserDetails?.({ rpId, userId, name, displayName }).catch(() => {});
  }
})();
