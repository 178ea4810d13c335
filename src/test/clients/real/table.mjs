// table.mjs BASE REDIS_PORT PAGE [--write]: tries all clients and holds the page's table against what was seen, or writes it.
import {readFileSync, writeFileSync} from 'node:fs';
import {clients} from './clients.mjs';
import {Service} from './service.mjs';
import {tryOut} from './trial.mjs';

const [base, redis, page, write] = process.argv.slice(2);
const BEGIN = '<!-- made by src/test/clients/table.sh -->\n';
const END = '<!-- end of what is made -->';
const HEAD = `
| client | append | feed | resume | reset | view feed | after a 502 | what it needs |
|---|---|---|---|---|---|---|---|
`;
/** What a row is of, and what it says but for the version, which is another elsewhere. */
const name = row => row.split('|')[1].trim().replace(/ [^ ]*$/, '');
const said = row => [name(row), ...row.split('|').slice(2)].join('|');

function row(client, result) {
  const parts = ['append', 'feed', 'resume', 'reset', 'view', 'refused'];
  const cell = part => result[part] ?? (part === 'append' ? client.append : client.follow) ? result[part] ?? '?' : '';
  return `| ${client.name} ${client.version} | ${parts.map(cell).join(' | ')} | ${client.needs ?? ''} |`;
}

const found = await clients();
const service = new Service(base, Number(redis));
const rows = new Map();
try {
  const results = await Promise.all(found.all.map(client => tryOut(client, service)));
  found.all.forEach((client, i) => rows.set(client.name, row(client, results[i])));
} finally {
  await found.close();
}

const text = readFileSync(page, 'utf8');
const [before, rest] = text.split(BEGIN);
const [table, after] = rest.split(END);
const known = table.split('\n').filter(line => line.startsWith('| ') && !line.startsWith('| client'));
for (const line of known.filter(line => !rows.has(name(line)))) {
  console.log(`skipped: ${name(line)} is not here`);
}
const merged = new Map([...known.map(line => [name(line), line]), ...rows]);
[...rows.values()].forEach(line => console.log(line));
if (write === '--write') {
  writeFileSync(page, `${before}${BEGIN}${HEAD}${[...merged.values()].join('\n')}\n\n${END}${after}`);
} else if ([...merged.values()].some((line, i) => known[i] === undefined || said(line) !== said(known[i]))) {
  console.log('the table is not what was seen: see docs/clients.md on how to write it');
  process.exitCode = 1;
}
process.exit();
