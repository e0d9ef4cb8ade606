// Five minutes before a session ends for want of activity: says so, and lets one stay.

const notice = document.querySelector("[data-session]");
const status = document.querySelector("[data-session-status]");
const WARNING = 300;

/** How many seconds the session still lasts; with `stay`, after saying that somebody is here. */
async function left(stay) {
  const answer = await fetch(`${notice.dataset.session}${stay ? "" : "?peek"}`, {
    headers: { Accept: "application/json" },
    redirect: "manual",
  });
  return answer.ok ? (await answer.json()).seconds : 0;
}

function say(text) {
  notice.querySelector("[data-session-text]").textContent = text;
  status.textContent = text;
  notice.hidden = false;
}

/** Look again when there may be something to say: another tab may have gone on meanwhile. */
function wait(seconds) {
  const next = seconds > WARNING ? seconds - WARNING : seconds;
  setTimeout(look, Math.max(next, 1) * 1000 + 500);
}

async function look() {
  let seconds = 0;
  try {
    seconds = await left(false);
  } catch {
    return wait(30); // the network is away: ask again soon
  }
  if (seconds > WARNING) {
    hide();
    wait(seconds);
  } else if (seconds > 0) {
    say(warning);
    wait(seconds);
  } else {
    say(notice.dataset.over);
    notice.querySelector("button").hidden = true;
  }
}

function hide() {
  notice.hidden = true;
  status.textContent = "";
}

const warning = notice.querySelector("[data-session-text]").textContent;
notice.querySelector("button").addEventListener("click", async () => {
  const seconds = await left(true);
  if (seconds > WARNING) {
    hide();
    wait(seconds);
  } else if (seconds > 0) {
    // Signed in since so long that nothing keeps the session open.
    say(notice.dataset.whole);
  } else {
    look();
  }
});
// After a minute, for those who stay on a page; sooner it would be asked for every page that is leafed through.
setTimeout(look, Math.min(60, Number(notice.dataset.seconds)) * 1000);
