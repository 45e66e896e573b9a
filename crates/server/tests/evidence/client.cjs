// Uploads a file with tus-js-client: node client.cjs URL FILE TOKEN RECORDING SEGMENT MODE
// In mode `broken` the upload is aborted in the middle and gone on with by another object.
const fs = require('node:fs');
const tus = require('tus-js-client');

const [endpoint, path, token, recording, segment, mode] = process.argv.slice(2);
const uploadSize = fs.statSync(path).size;

function upload(more) {
  return new Promise((resolve, reject) => {
    const it = new tus.Upload(fs.createReadStream(path), {
      endpoint,
      uploadSize,
      chunkSize: 2 * 1024 * 1024,
      retryDelays: [],
      headers: { Authorization: `Bearer ${token}` },
      metadata: { recording, segment, filename: '执法记录仪_现场检查.mp4', filetype: 'video/mp4' },
      onError: reject,
      onSuccess: () => resolve(it),
      ...more(() => it, resolve),
    });
    it.start();
  });
}

async function main() {
  if (mode === 'chunks') {
    await upload(() => ({}));
    return;
  }
  const first = await upload((it, resolve) => ({
    onChunkComplete: (size, accepted) => {
      if (accepted >= 4 * 1024 * 1024) {
        it().abort().then(() => resolve(it()));
      }
    },
  }));
  let began = null;
  await upload(() => ({
    uploadUrl: first.url,
    onProgress: (sent) => {
      began ??= sent;
    },
  }));
  if (!(began >= 4 * 1024 * 1024)) throw new Error(`began anew at ${began}`);
  console.log(`went on at ${began}`);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
