// The control API, read only. Answers are data: they become text, never HTML.
const PATIENCE_MS = 10_000;

/** What a request failed with: what happened, and what to do where the server knows. */
export class ApiError extends Error {
  constructor(status, what, remedy) {
    super(what);
    this.status = status;
    this.remedy = remedy;
  }
}

/** GET of a JSON document; rejects with an ApiError. */
export async function get(path, signal) {
  const timeout = AbortSignal.timeout(PATIENCE_MS);
  let response;
  try {
    response = await fetch(path, {
      headers: { Accept: 'application/json' },
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
  } catch (e) {
    if (signal?.aborted) throw e;
    if (e.name === 'TimeoutError') throw new ApiError(0, `No answer within ${PATIENCE_MS / 1000} s.`);
    throw new ApiError(0, 'Mamparo cannot be reached.');
  }
  if (!response.ok) throw await problem(response);
  return response.json();
}

/** A path with each part escaped, and a query without its empty parts. */
export function path(parts, query = {}) {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== '' && value !== null && value !== undefined) search.set(key, value);
  }
  const text = search.toString();
  return '/' + parts.map(encodeURIComponent).join('/') + (text ? `?${text}` : '');
}

async function problem(response) {
  const text = await response.text().catch(() => '');
  try {
    const body = JSON.parse(text);
    const what = typeof body.error === 'string' ? body.error : body.what ?? body.message;
    return new ApiError(response.status, what || `The control API answered ${response.status}.`, body.remedy);
  } catch {
    return new ApiError(response.status, `The control API answered ${response.status}.`);
  }
}
