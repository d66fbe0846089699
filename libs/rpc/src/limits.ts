// How much a message may weigh, and how long things may take, on both ends of a connection (performance §5 rule 2).

/** What one item of the stream may weigh. A larger one would hold up all behind it, and unary takes up to `messageBytes`. */
export const itemBytes = 1024 * 1024;

/** A message of the stream is closed once it weighs this much; what is left goes in the next one. */
export const batchBytes = 256 * 1024;

/** The largest gRPC message either side accepts: a batch that one last item of full size has made heavy fits. */
export const messageBytes = 4 * 1024 * 1024;

/** Calls begun and not answered, a peer on the client's side and a stream on the server's. */
export const defaultOutstanding = 1024;

/** How long a call takes at most when its caller does not say. */
export const defaultTimeoutMillis = 5_000;

/** How long calls wait for a peer that nobody reaches; later calls fail at once until it is back. */
export const defaultPatienceMillis = 1_000;
