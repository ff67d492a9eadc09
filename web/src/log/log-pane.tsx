// A job's log on the screen.
import { type CSSProperties, type KeyboardEvent, useCallback, useRef, useSyncExternalStore } from 'react';
import { live } from '../api/client';
import { DownloadLink } from '../ui/download';
import { count, plural, size } from '../ui/format';
import { ArrowDown, WrapIcon } from '../ui/icons';
import { FindField, useFind } from './find';
import type { LineRange } from './lines';
import { GoToLine, MarkedLines, useLineLinks, useMarked } from './links';
import { LogRow } from './row';
import { type Selected, useSelection } from './selection';
import type { LogTail } from './tail';
import { useViewport } from './viewport';

export function LogPane({ tail, logSize, name }: { tail: LogTail; logSize: number; name: string }) {
  const version = useSyncExternalStore(tail.watch, tail.getVersion);
  const connection = useSyncExternalStore(live.watch, live.get);
  const { model } = tail;
  const rowCount = model.rowCount;

  const scroller = useRef<HTMLDivElement>(null);
  const searchBox = useRef<HTMLInputElement>(null);
  const selected = useRef<Selected | null>(null);
  const marked = useMarked();
  const viewport = useViewport(model, scroller, selected, marked === null);
  const { virtualizer, first, shown, wrap, follow, setFollow, unread } = viewport;
  const onNumber = useLineLinks(marked, model, version, viewport);
  // What is being read or copied must not run away.
  const hold = useCallback(() => setFollow(false), [setFollow]);
  const onCopy = useSelection(scroller, selected, model, hold);
  const find = useFind(model, version, viewport);

  const onKey = (event: KeyboardEvent) => {
    if ((event.ctrlKey || event.metaKey) && event.key === 'f' && event.target !== searchBox.current) {
      event.preventDefault();
      searchBox.current?.focus();
      searchBox.current?.select();
    }
  };

  const items = virtualizer.getVirtualItems();
  const missingLine = marked && tail.complete && marked.first > model.lineCount;

  return (
    <section className="log" aria-labelledby="log-title" onKeyDown={onKey}>
      <div className="log-tools">
        <h2 id="log-title">Log</h2>
        <FindField box={searchBox} find={find} />
        <div className="log-actions">
          {marked && <MarkedLines lines={marked} />}
          <button type="button" aria-pressed={wrap} onClick={() => viewport.setWrapping(!wrap)} title="Wrap long lines">
            <WrapIcon />
            Wrap
          </button>
          <DownloadLink path={`/migration/jobs/${encodeURIComponent(tail.jobId)}/log`} name={`job-${tail.jobId}-${name}.log`}>
            Download
          </DownloadLink>
        </div>
      </div>
      <div className="log-body">
        <div
          ref={scroller}
          className={wrap ? 'log-scroll wrapped' : 'log-scroll'}
          role="region"
          aria-label="Log lines"
          tabIndex={0}
          {...viewport.handlers}
          onCopy={onCopy}
        >
          {rowCount === 0 ? (
            <p className="log-empty">{emptyText(tail)}</p>
          ) : (
            <div
              className="log-rows"
              style={{ height: virtualizer.getTotalSize(), '--digits': Math.max(4, String(model.lineCount).length) } as CSSProperties}
            >
              {items.map((item) => {
                const row = first + item.index;
                const line = model.lineOf(row);
                return (
                  <LogRow
                    key={item.key}
                    ref={wrap ? virtualizer.measureElement : undefined}
                    index={item.index}
                    row={row}
                    top={item.start}
                    line={line}
                    continued={model.isContinuation(row)}
                    text={model.text(row)}
                    marked={marked !== null && within(marked, line)}
                    needle={find.needle}
                    current={row === find.row}
                    onNumber={onNumber}
                  />
                );
              })}
            </div>
          )}
        </div>
        {!follow && rowCount > 0 && (
          <button type="button" className="log-end" onClick={viewport.toEnd}>
            <ArrowDown />
            {unread > 0 ? plural(unread, 'new line') : 'To the end'}
          </button>
        )}
      </div>
      <div className="log-status">
        <GoToLine lines={model.lineCount} onGo={() => scroller.current?.focus()} />
        <span>
          {plural(model.lineCount, 'line')}, {size(model.byteLength)}
          {shown < rowCount && `; lines ${count(model.lineOf(first))} to ${count(model.lineOf(first + shown - 1))} in the scroll bar`}
        </span>
        <span className="log-state">
          {missingLine
            ? `There is no line ${count(marked.first)}: the log ends at line ${count(model.lineCount)}.`
            : marked && model.lineCount < marked.first
              ? `Line ${count(marked.first)} is still to come.`
              : stateText(tail, logSize, connection, follow)}
        </span>
      </div>
    </section>
  );
}

const within = (range: LineRange, line: number) => line >= range.first && line <= range.last;

function emptyText(tail: LogTail): string {
  if (tail.gone) return 'The log went with the job.';
  if (tail.complete) return 'The job printed nothing.';
  if (tail.status === 'QUEUED' || tail.status === null) return 'Nothing is printed yet. Lines appear here as soon as the job runs.';
  return 'The job runs and has printed nothing yet.';
}

function stateText(tail: LogTail, logSize: number, connection: string, follow: boolean): string {
  const have = tail.model.nextOffset;
  if (tail.gone) return 'The job was deleted';
  if (tail.complete) return 'End of the log';
  if (connection === 'reconnecting') return 'Connection lost, trying again';
  if (logSize > have + 65_536) return `Loading, ${size(have)} of ${size(logSize)}`;
  if (connection === 'polling') return `${follow ? 'Following the end' : 'Held here'}, asking every few seconds`;
  return follow ? 'Following the end' : 'Held here while new lines come in';
}
