/**
 * Passkeys (WebAuthn level 3), without a library: every element with data-passkey holds one form with a hidden
 * "credential" field. "create" and "get" take their options from the page (#passkey-options), "sign-in" from the
 * address in data-options. Where the browser has no passkeys the element stays hidden and other ways remain.
 */

/** base64url (RFC 4648, section 5) to bytes. */
export function bytes(text) {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

/** Bytes to base64url without padding. */
export function text(buffer) {
  const plain = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/** The server's JSON options as the browser wants them. */
export function options(json) {
  const key = structuredClone(json.publicKey);
  key.challenge = bytes(key.challenge);
  if (key.user) key.user.id = bytes(key.user.id);
  for (const list of ["excludeCredentials", "allowCredentials"]) {
    if (key[list]) key[list] = key[list].map((known) => ({ ...known, id: bytes(known.id) }));
  }
  return key;
}

/** The browser's credential as JSON. */
export function answer(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  if (credential.response.getTransports) response.transports = credential.response.getTransports();
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment ?? null,
    clientExtensionResults: credential.getClientExtensionResults(),
    response,
  };
}

/** Ask for a key that signs in by itself, or for one that follows the password. */
function chooseKind(key, form) {
  const box = form.elements.namedItem("passwordless");
  if (!box) return;
  key.authenticatorSelection = {
    ...key.authenticatorSelection,
    residentKey: box.checked ? "required" : "discouraged",
    requireResidentKey: box.checked,
    ...(box.checked ? { userVerification: "required" } : {}),
  };
}

async function credentialFor(holder, form) {
  if (holder.dataset.passkey === "sign-in") {
    const reply = await fetch(holder.dataset.options, { headers: { Accept: "application/json" } });
    if (!reply.ok) throw new Error(`options: ${reply.status}`);
    return navigator.credentials.get({ publicKey: options((await reply.json()).request_options) });
  }
  const page = JSON.parse(document.getElementById("passkey-options").textContent);
  if (holder.dataset.passkey === "get") {
    return navigator.credentials.get({ publicKey: options(page.request_options) });
  }
  const key = options(page.creation_options);
  chooseKind(key, form);
  return navigator.credentials.create({ publicKey: key });
}

function prepare(holder) {
  holder.hidden = false;
  const form = holder.querySelector("form");
  const error = holder.querySelector("[data-passkey-error]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    error.hidden = true;
    try {
      const credential = await credentialFor(holder, form);
      form.elements.namedItem("credential").value = JSON.stringify(answer(credential));
      form.submit();
    } catch {
      error.hidden = false;
    }
  });
}

if (window.PublicKeyCredential && navigator.credentials?.create) {
  document.querySelectorAll("[data-passkey]").forEach(prepare);
} else {
  document.querySelectorAll("[data-passkey-missing]").forEach((sentence) => { sentence.hidden = false; });
}
