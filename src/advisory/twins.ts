/** A record under all its names. */
interface Named {
  readonly id: string;
  readonly aliases: readonly string[];
}

/** At least one record. */
export type Twins<Record> = readonly [Record, ...Record[]];

/** Records that share a name, directly or by others in between. */
export function twins<Record extends Named>(records: readonly Record[]): readonly Twins<Record>[] {
  const groups = new Set<Twins<Record>>();
  const byName = new Map<string, Twins<Record>>();
  for (const record of records) {
    const others: Record[] = [];
    for (const name of namesOf(record)) {
      const kin = byName.get(name);
      if (kin !== undefined && groups.delete(kin)) others.push(...kin);
    }
    const group: Twins<Record> = [record, ...others];
    groups.add(group);
    for (const one of group) for (const name of namesOf(one)) byName.set(name, group);
  }
  return [...groups];
}

/** The id and the aliases of a record. */
export function namesOf({ id, aliases }: Named): readonly string[] {
  return [id, ...aliases];
}
