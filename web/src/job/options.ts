import type { JobDetailFragment } from '../gql/graphql';
import { plural, size } from '../ui/format';

/** The options of a job in words; those that are as without any are left out. */
export function optionLines(o: JobDetailFragment['options']): string[] {
  const lines: string[] = [];
  const list = (text: string, names: readonly string[]) => {
    if (names.length > 0) lines.push(`${text} ${names.join(', ')}`);
  };
  list('Only', o.folders);
  list('Only folders that begin with', o.folderPrefixes);
  list('Without', o.excludeFolders);
  list('Without folders that begin with', o.excludeFolderPrefixes);
  if (o.automap) lines.push('Special folders mapped');
  for (const { from, to } of o.renameFolders) lines.push(`${from} becomes ${to}`);
  if (o.underFolder) lines.push(`Everything under ${o.underFolder}`);
  if (o.maxAgeDays != null) lines.push(`At most ${plural(o.maxAgeDays, 'day')} old`);
  if (o.minAgeDays != null) lines.push(`At least ${plural(o.minAgeDays, 'day')} old`);
  if (o.maxSize != null) lines.push(`At most ${size(o.maxSize)} each`);
  if (o.minSize != null) lines.push(`At least ${size(o.minSize)} each`);
  if (o.onlySubscribed) lines.push('Only subscribed folders');
  if (o.subscribeAll) lines.push('Every copied folder subscribed');
  if (!o.syncFlags) lines.push('Flags of messages already there stay');
  return lines;
}
