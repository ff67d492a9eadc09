// State that lives outside React and is read by it through useSyncExternalStore.

/** A set of functions to call when something has changed. */
export class Listeners {
  #all = new Set<() => void>();

  /** Adds a function; what it returns takes it away again. */
  readonly add = (listener: () => void): (() => void) => {
    this.#all.add(listener);
    return () => this.#all.delete(listener);
  };

  readonly tell = (): void => {
    for (const listener of Array.from(this.#all)) listener();
  };
}

/** A value that can be watched. */
export class Cell<T> {
  #value: T;
  #listeners = new Listeners();

  constructor(value: T) {
    this.#value = value;
  }

  readonly get = (): T => this.#value;
  readonly watch = this.#listeners.add;

  set(value: T): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    this.#listeners.tell();
  }
}
