// What to copy, and how.
import { Close, Plus } from '../ui/icons';
import { AreaField, CheckField, TextField } from './fields';
import { changed, type Errors, type Options } from './form';

export function OptionsFields({ value, errors, onChange }: { value: Options; errors: Errors; onChange: (change: Partial<Options>) => void }) {
  const area = (field: 'folders' | 'folderPrefixes' | 'excludeFolders' | 'excludeFolderPrefixes') => ({
    field: `options.${field}`,
    value: value[field],
    error: errors[`options.${field}`],
    onChange: (e: { target: { value: string } }) => onChange({ [field]: e.target.value }),
  });
  const text = (field: 'underFolder' | 'maxAgeDays' | 'minAgeDays' | 'maxSize' | 'minSize') => ({
    field: `options.${field}`,
    value: value[field],
    error: errors[`options.${field}`],
    onChange: (e: { target: { value: string } }) => onChange({ [field]: e.target.value }),
  });
  const check = (field: 'automap' | 'onlySubscribed' | 'subscribeAll' | 'syncFlags') => ({
    field: `options.${field}`,
    checked: value[field],
    error: errors[`options.${field}`],
    onChange: (e: { target: { checked: boolean } }) => onChange({ [field]: e.target.checked }),
  });
  const rename = (i: number, change: { from?: string; to?: string }) =>
    onChange({ renames: value.renames.map((r, n) => (n === i ? { ...r, ...change } : r)) });

  return (
    <details className="options" open={changed(value) || Object.keys(errors).some((e) => e.startsWith('options.')) || undefined}>
      <summary>
        Folders and options <span className="minor">Without any, everything is copied under its own name.</span>
      </summary>
      <div className="options-body">
        <fieldset>
          <legend>Which folders</legend>
          <div className="columns">
            <AreaField label="Only these folders" hint="One a line, by exact name." {...area('folders')} />
            <AreaField label="Only folders that begin with" hint="One a line, as Archive/" {...area('folderPrefixes')} />
            <AreaField label="Never these folders" hint="One a line, by exact name." {...area('excludeFolders')} />
            <AreaField label="Never folders that begin with" hint="One a line, as Shared/" {...area('excludeFolderPrefixes')} />
          </div>
          <CheckField
            label="Only subscribed folders"
            hint="Those that the account at the source has subscribed to, as most mail programs show them. Not together with the two lists of folders to copy."
            {...check('onlySubscribed')}
          />
        </fieldset>
        <fieldset>
          <legend>Where they go</legend>
          <CheckField
            label="Map special folders"
            hint="Sent, Drafts, Junk, Trash and Archive go to the destination’s folder of the same purpose."
            {...check('automap')}
          />
          <TextField label="Put everything under" placeholder="Old mailbox" hint="A folder at the destination. Empty: nowhere but its own place." {...text('underFolder')} />
          <div className="renames">
            <p className="label" id="renames-label">
              Other names at the destination
            </p>
            {value.renames.map((r, i) => {
              const field = `options.renameFolders.${i}`;
              const wrong = errors[field] ? { 'aria-invalid': true, 'aria-describedby': `${field}-error` } : {};
              return (
                // Rows have no identity but their place.
                // oxlint-disable-next-line react/no-array-index-key
                <div className={errors[field] ? 'rename invalid' : 'rename'} key={i} role="group" aria-labelledby="renames-label">
                  <input aria-label={`Source folder ${i + 1}`} placeholder="Source folder" value={r.from} spellCheck={false} {...wrong} onChange={(e) => rename(i, { from: e.target.value })} />
                  <span aria-hidden="true">→</span>
                  <input aria-label={`Destination folder ${i + 1}`} placeholder="Destination folder" value={r.to} spellCheck={false} {...wrong} onChange={(e) => rename(i, { to: e.target.value })} />
                  <button type="button" className="icon" aria-label={`Remove name ${i + 1}`} onClick={() => onChange({ renames: value.renames.filter((_, n) => n !== i) })}>
                    <Close />
                  </button>
                  {errors[field] && (
                    <p className="error" id={`${field}-error`}>
                      {errors[field]}
                    </p>
                  )}
                </div>
              );
            })}
            <button type="button" onClick={() => onChange({ renames: [...value.renames, { from: '', to: '' }] })}>
              <Plus />
              Add a name
            </button>
          </div>
        </fieldset>
        <fieldset>
          <legend>Which messages</legend>
          <div className="columns four">
            <TextField label="At most so many days old" inputMode="numeric" {...text('maxAgeDays')} />
            <TextField label="At least so many days old" inputMode="numeric" {...text('minAgeDays')} />
            <TextField label="At most so many MB" inputMode="decimal" {...text('maxSize')} />
            <TextField label="At least so many MB" inputMode="decimal" {...text('minSize')} />
          </div>
        </fieldset>
        <fieldset>
          <legend>Flags and subscriptions</legend>
          <CheckField
            label="A further run brings flags up to date"
            hint="Read, answered and other flags of messages that are already there."
            {...check('syncFlags')}
          />
          <CheckField
            label="Subscribe to every copied folder"
            hint="Else only to those that are subscribed at the source."
            {...check('subscribeAll')}
          />
        </fieldset>
      </div>
    </details>
  );
}
