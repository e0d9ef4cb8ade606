// Passkeys: the browser makes one or signs with one, the form sends what it gave.

const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

/** The server's options with bytes where the browser wants bytes. */
function options({ publicKey }) {
  const key = { ...publicKey, challenge: bytes(publicKey.challenge) };
  if (key.user) key.user = { ...key.user, id: bytes(key.user.id) };
  for (const name of ["excludeCredentials", "allowCredentials"]) {
    if (key[name]) key[name] = key[name].map((each) => ({ ...each, id: bytes(each.id) }));
  }
  return { publicKey: key };
}

/** What the browser gave, with text where it has bytes. */
function plain(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  if (credential.response.getTransports) response.transports = credential.response.getTransports();
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response,
  };
}

async function ask(form) {
  if (form.dataset.passkey === "create") {
    return navigator.credentials.create(options(JSON.parse(form.dataset.options)));
  }
  const wanted = form.dataset.options
    ? JSON.parse(form.dataset.options)
    : await (await fetch(form.action, { headers: { Accept: "application/json" } })).json();
  return navigator.credentials.get(options(wanted));
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const problem = form.querySelector("[data-passkey-problem]");
  if (!window.PublicKeyCredential) {
    problem.textContent = problem.dataset.unable;
    continue;
  }
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.textContent = "";
    try {
      const credential = await ask(form);
      form.elements.credential.value = JSON.stringify(plain(credential));
      // Past this listener, which would ask again.
      form.submit();
    } catch (error) {
      problem.textContent =
        error.name === "SecurityError" ? problem.dataset.unable : problem.dataset.refused;
    }
  });
}
