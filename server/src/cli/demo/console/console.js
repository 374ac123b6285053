// The demo's backup console: what a console vendor writes around <rekey-connect>.
//
// The key for Rekey stays on the console's server; this page asks that for a session and hands it to the element.

const REFUSED = 'Sign-in refused';
const FINISHED = 'Finished';
const RENEWED = 'Access renewed';

const clients = {
  'Contoso Ltd': [
    ['Exchange – Backup mailbox', '02:00', REFUSED],
    ['Exchange – Journal', '02:20', REFUSED],
    ['Calendar – Bookings', '02:40', REFUSED],
    ['OneDrive – Finance', '03:05', REFUSED],
    ['SharePoint – Intranet', '03:30', REFUSED],
    ['File server CON-FS01', '01:00', FINISHED],
  ],
  'Fabrikam Inc.': [
    ['Exchange – Plant mailbox', '02:10', REFUSED],
    ['Exchange – Warehouse', '02:25', REFUSED],
    ['OneDrive – Engineering', '02:50', REFUSED],
    ['SharePoint – Quality manuals', '03:15', REFUSED],
    ['File server FAB-FS02', '01:10', FINISHED],
    ['File server FAB-FS03', '01:40', FINISHED],
  ],
};

const find = (id) => document.getElementById(id);
const element = document.querySelector('rekey-connect');
const choices = find('choices').elements;
const notice = find('notice');

// Access

element.getSession = async () => {
  say(null);
  const wanted = () => ({ customer: choices.customer.value, method: choices.method.value });
  // Somebody may choose anew while the server works: only an answer about the present choice counts.
  let asked, answer;
  do {
    asked = wanted();
    answer = await ask(asked);
  } while (JSON.stringify(asked) !== JSON.stringify(wanted()));
  if (answer.session) return answer.session;
  say(answer);
  throw new Error(answer.title);
};

async function ask(body) {
  try {
    const response = await fetch('/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const answer = await response.json();
    if (response.ok && answer.session) return { session: answer.session };
    return { title: answer.title ?? 'There is no session', detail: answer.detail ?? '' };
  } catch {
    return { title: 'The console’s server does not answer', detail: 'Look whether the demo still runs, then try again.' };
  }
}

function say(problem) {
  notice.hidden = !problem;
  notice.replaceChildren();
  if (problem) {
    const title = document.createElement('b');
    title.textContent = problem.title;
    notice.append(title, problem.detail ?? '');
  }
}

// Out of the page and in again: the element forgets its session and asks for the next one.
function startAgain() {
  element.remove();
  find('place').append(element);
}

// Jobs

function showJobs() {
  const name = choices.customer.value;
  find('client').textContent = name;
  document.title = `${name} · Halden Backup Console`;
  find('rows').replaceChildren(...clients[name].map(row));
  const count = (wanted) => clients[name].filter(([, , result]) => wanted === (result === REFUSED)).length;
  find('finished').textContent = count(false);
  find('refused').textContent = count(true);
}

function row([name, time, result]) {
  const line = document.createElement('tr');
  const pill = document.createElement('span');
  pill.className = result === REFUSED ? 'pill' : 'pill good';
  pill.textContent = result;
  for (const content of [name, time, pill]) {
    const cell = document.createElement('td');
    cell.append(content);
    line.append(cell);
  }
  return line;
}

// The event says how many; which ones, a real console asks GET /api/v1/backup-sets/changes or hears by webhook.
function renew(moved) {
  const refused = clients[choices.customer.value].filter(([, , result]) => result === REFUSED);
  for (const job of refused.slice(0, moved)) job[2] = RENEWED;
  showJobs();
}

// Events

for (const type of ['ready', 'state', 'authorized', 'failed', 'closed']) {
  element.addEventListener(type, (event) => hear(type, event.detail));
}
element.addEventListener('authorized', (event) => renew(event.detail.moved));

function hear(type, detail) {
  const line = document.createElement('li');
  const time = document.createElement('time');
  const name = document.createElement('b');
  const text = document.createElement('code');
  const now = new Date();
  time.dateTime = now.toISOString();
  time.textContent = now.toLocaleTimeString('en-GB');
  name.textContent = type;
  text.textContent = Object.entries(detail).map(([key, value]) => `${key}: ${value}`).join(', ');
  line.append(time, name, text);
  find('log').prepend(line);
  find('log').children[50]?.remove();
}

// Choices

choices.theme.addEventListener('change', dress);
choices.language.addEventListener('change', dress);
choices.method.addEventListener('change', startAgain);
choices.customer.addEventListener('change', () => {
  showJobs();
  startAgain();
});

function dress() {
  const theme = choices.theme.value;
  document.documentElement.dataset.theme = theme;
  for (const one of document.querySelectorAll('rekey-connect')) {
    one.setAttribute('theme', theme);
    one.setAttribute('language', choices.language.value);
  }
}

find('toggle').addEventListener('click', (event) => {
  event.preventDefault();
  const test = find('test');
  test.hidden = !test.hidden;
  event.currentTarget.setAttribute('aria-expanded', String(!test.hidden));
  if (test.hidden) {
    test.replaceChildren();
  } else {
    const check = document.createElement('rekey-connect');
    check.setAttribute('organization', test.dataset.organization);
    check.setAttribute('self-test', '');
    test.append(check);
  }
});

// A browser that goes back remembers the choices.
dress();
showJobs();
