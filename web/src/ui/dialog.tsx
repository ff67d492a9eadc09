// A question before something that cannot be taken back.
import { type ReactNode, useEffect, useId, useRef } from 'react';

export interface QuestionProps {
  title: string;
  children: ReactNode;
  /** The word on the button that does it. */
  action: string;
  danger?: boolean;
  /** It is being done; the buttons wait. */
  busy?: boolean;
  onConfirm: () => void;
  onClose: () => void;
}

/** A modal dialog. The safe answer has the focus. */
export function Question({ title, children, action, danger, busy, onConfirm, onClose }: QuestionProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const element = dialog.current;
    if (element && !element.open) element.showModal();
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={`${id}-title`}
      aria-describedby={`${id}-text`}
      onCancel={(event) => {
        event.preventDefault();
        if (!busy) onClose();
      }}
    >
      <h2 id={`${id}-title`}>{title}</h2>
      <div id={`${id}-text`} className="dialog-text">
        {children}
      </div>
      <div className="dialog-buttons">
        <button type="button" onClick={onClose} disabled={busy}>
          Keep as it is
        </button>
        <button type="button" className={danger ? 'danger' : 'primary'} onClick={onConfirm} disabled={busy}>
          {action}
        </button>
      </div>
    </dialog>
  );
}
