import type { Engine } from '../gql/graphql';
import { SelectField } from './fields';

interface Props {
  /** Empty: as the server is configured. */
  value: Engine | '';
  error: string | undefined;
  onChange: (engine: Engine | '') => void;
}

/** Which program copies. */
export function EngineField({ value, error, onChange }: Props) {
  return (
    <SelectField field="engine" label="Engine" value={value} error={error} hint="The program that copies." onChange={(e) => onChange(e.target.value as Engine | '')}>
      <option value="">As the server is configured</option>
      <option value="BUILTIN">Built-in</option>
      <option value="IMAPSYNC">imapsync</option>
    </SelectField>
  );
}
