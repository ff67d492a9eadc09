// Modal dialogs, and the question before something that cannot be taken back.
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

interface ModalProps {
  title: string;
  children: ReactNode;
  /** Id of the element that says more than the title. */
  describedBy?: string;
  /** Something is being done, and Escape waits for it. */
  busy?: boolean | undefined;
  onClose: () => void;
}

/** A modal dialog, open for as long as it is there. Escape closes it; what has data-first gets the focus before all else. */
export function Modal({ title, children, describedBy, busy, onClose }: ModalProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const element = dialog.current;
    if (element && !element.open) element.showModal();
    element?.querySelector<HTMLElement>('[data-first]')?.focus();
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      aria-describedby={describedBy}
      onCancel={(event) => {
        event.preventDefault();
        if (!busy) onClose();
      }}
    >
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  );
}

/** Asks before something is done. The safe answer has the focus. */
export function Question({ title, children, action, danger, busy, onConfirm, onClose }: QuestionProps) {
  const text = useId();
  return (
    <Modal title={title} describedBy={text} busy={busy} onClose={onClose}>
      <div id={text} className="dialog-text">
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
    </Modal>
  );
}
