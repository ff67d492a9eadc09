// Following a job's log: over the WebSocket, or by asking where that does not pass.
import { live, pollEvery, reportPoll, request, subscribe } from '../api/client';
import { type JobStatus, JobLogDocument, LogTailDocument } from '../gql/graphql';
import { Listeners } from '../ui/external';
import { LogModel } from './model';

// Bytes to ask for at once while polling.
const POLL_BYTES = 256 * 1024;

/** A job's log, growing while it is followed. */
export class LogTail {
  readonly jobId: string;
  readonly model = new LogModel();
  /** The job has ended and the model holds all of its log. */
  complete = false;
  /** The job is not there (any more). */
  gone = false;
  /** The status that came with the newest piece. */
  status: JobStatus | null = null;
  /** Grows with every change. */
  version = 0;

  #listeners = new Listeners();
  #stop: (() => void) | undefined;
  #closed = true;
  #polling = false;
  #frame = 0;

  constructor(jobId: string) {
    this.jobId = jobId;
  }

  /** Calls a function after changes, at most once for each frame that the browser draws. */
  readonly watch = (listener: () => void): (() => void) => this.#listeners.add(listener);
  readonly getVersion = (): number => this.version;

  /** Begins to follow, or goes on; what it returns stops it. */
  open(): () => void {
    this.#closed = false;
    this.#subscribe();
    const unwatch = live.watch(() => void this.#poll());
    void this.#poll();
    return () => {
      this.#closed = true;
      unwatch();
      this.#stop?.();
      cancelAnimationFrame(this.#frame);
      this.#frame = 0;
    };
  }

  #changed(): void {
    this.version++;
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#listeners.tell();
    });
  }

  #take(piece: { offset: number; chunk: string; newOffset: number; status: JobStatus; eof: boolean }): boolean {
    if (!this.model.append(piece)) return false;
    this.status = piece.status;
    if (piece.eof && piece.newOffset === this.model.nextOffset) this.complete = true;
    this.#changed();
    return true;
  }

  #subscribe(): void {
    this.#stop?.();
    if (this.#closed || this.complete || this.gone) return;
    const { model, jobId } = this;
    let mine = true;
    const again = (milliseconds: number) => {
      if (!mine) return;
      mine = false;
      stop();
      setTimeout(() => this.#subscribe(), milliseconds);
    };
    const stop = subscribe(
      LogTailDocument,
      {
        jobId,
        // Read again each time the subscription is sent, so that it goes on where the model ends.
        get offset() {
          return model.nextOffset;
        },
      },
      ({ logTail }) => {
        if (!mine) return;
        // A piece behind the end means that one was lost on the way: begin anew at the end.
        if (!this.#take(logTail)) again(0);
      },
      (failure) => {
        if (!mine || this.#closed) return;
        if (failure?.code === 'NOT_FOUND') {
          mine = false;
          this.gone = true;
          this.#changed();
        } else if (failure?.code === 'UNAUTHENTICATED') {
          mine = false;
        } else if (!this.complete) {
          // The server ended the stream without its end: it is going down, or it has too much to do.
          again(failure ? 3000 : 500);
        }
      },
    );
    this.#stop = () => {
      mine = false;
      stop();
    };
  }

  // Asks for what is new, as long as there is no WebSocket to bring it.
  async #poll(): Promise<void> {
    if (this.#polling) return;
    this.#polling = true;
    while (live.get() === 'polling' && !this.#closed && !this.complete && !this.gone) {
      const answer = await request(JobLogDocument, { id: this.jobId, offset: this.model.nextOffset, limit: POLL_BYTES });
      if (answer.failure?.code === 'NETWORK') reportPoll(false);
      let pause = pollEvery;
      if (answer.data && answer.data.job === null) {
        this.gone = true;
        this.#changed();
      } else if (answer.data?.job) {
        const before = this.model.nextOffset;
        this.#take(answer.data.job.log);
        if (this.model.nextOffset > before) pause = 0;
      }
      if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
    }
    this.#polling = false;
  }
}
