// bullmq.mjs REDIS_PORT [JOBS] [ROUNDS]: jobs a second that bullmq's workers do, whose processor does nothing.
// All jobs are added before the time is taken, from the start of the worker until the last one is completed.
import {Queue, Worker} from 'bullmq';

const [port, jobs = '50000', rounds = '3'] = process.argv.slice(2);
const connection = {host: '127.0.0.1', port: Number(port), maxRetriesPerRequest: null};
const BULK = 1000;
// As long as those of the other benchmarks.
const data = {text: 'x'.repeat(90)};
const text = rate => Math.round(rate).toLocaleString('en');

async function run(concurrency, count) {
  const name = `bench-${concurrency}-${process.hrtime.bigint()}`;
  const queue = new Queue(name, {connection, defaultJobOptions: {removeOnComplete: true}});
  const begun = performance.now();
  for (let from = 0; from < count; from += BULK) {
    await queue.addBulk(Array.from({length: Math.min(BULK, count - from)}, (_, i) => ({name: 'job', data: {...data, n: from + i}})));
  }
  const added = count / (performance.now() - begun) * 1000;
  const seen = new Uint8Array(count);
  const worker = new Worker(name, async job => void seen[job.data.n]++, {connection, concurrency, autorun: false});
  await worker.waitUntilReady();
  const start = performance.now();
  await new Promise((resolve, reject) => {
    let left = count;
    worker.on('completed', () => --left || resolve());
    worker.on('failed', (job, error) => reject(error));
    worker.on('error', reject);
    worker.run().catch(reject);
  });
  const done = count / (performance.now() - start) * 1000;
  await worker.close();
  await queue.obliterate({force: true});
  await queue.close();
  if (seen.some(times => times !== 1)) {
    throw new Error('a job was not done once');
  }
  return {added, done};
}

await run(10, Math.min(Number(jobs), 5000));
console.log('| concurrency | jobs/s: median (least to most) | added in bulk/s |');
console.log('|---|---|---|');
for (const concurrency of [1, 10, 100]) {
  const results = [];
  for (let i = 0; i < Number(rounds); i++) {
    results.push(await run(concurrency, Number(jobs)));
  }
  const sorted = of => results.map(one => one[of]).sort((a, b) => a - b);
  const done = sorted('done');
  const middle = done.length >> 1;
  console.log(`| ${concurrency} | ${text(done[middle])} (${text(done[0])}-${text(done.at(-1))}) | ${text(sorted('added')[middle])} |`);
}
