import { NativeSelect, NumberInput, TextInput } from '@mantine/core';
import { anchorsOf, type Moment, units } from '#core/moment-text.ts';
import type { Playbook } from '#core/playbook.ts';
import { useWords } from '../../../lib/words.ts';

/** When something begins or is due; null, where that may be left open, as soon as it can. */
export function MomentField({
  label,
  of,
  value,
  canBeOpen = false,
  onChange,
}: {
  label: string;
  of: Playbook['for'];
  value: Moment | null;
  canBeOpen?: boolean;
  onChange: (it: Moment | null) => void;
}) {
  const t = useWords('builder');
  const way = value?.offset ? (value.offset.amount < 0 ? 'before' : 'after') : 'at';
  const amount = Math.abs(value?.offset?.amount ?? 1);
  const unit = value?.offset?.unit ?? 'days';
  const isExact = value?.offset && (unit === 'minutes' || unit === 'hours');
  const set = (change: Partial<Moment>) => value && onChange({ ...value, ...change });
  const offset = (count: number, of: typeof unit, to: string) =>
    set({
      offset: to === 'at' ? null : { amount: to === 'before' ? 0 - count : count, unit: of },
      ...(to !== 'at' && (of === 'minutes' || of === 'hours') ? { time: null } : {}),
    });
  return (
    <fieldset className="group moment-field">
      <legend>{label}</legend>
      {value && (
        <NativeSelect
          aria-label={t('moment.way')}
          value={way}
          onChange={(event) => offset(amount, unit, event.currentTarget.value)}
          data={['at', 'before', 'after'].map((it) => ({ value: it, label: t(`moment.${it}`) }))}
        />
      )}
      {value?.offset && (
        <>
          <NumberInput
            aria-label={t('moment.amount')}
            hideControls
            allowDecimal={false}
            min={0}
            max={9_999}
            value={amount}
            onChange={(it) => typeof it === 'number' && offset(it, unit, way)}
          />
          <NativeSelect
            aria-label={t('moment.unit')}
            value={unit}
            onChange={(event) => offset(amount, event.currentTarget.value as typeof unit, way)}
            data={units.map((it) => ({
              value: it,
              label: t(`playbooks:units.${it}`, { count: amount }),
            }))}
          />
        </>
      )}
      <NativeSelect
        aria-label={t('moment.day')}
        value={value?.anchor ?? ''}
        onChange={({ currentTarget: { value: anchor } }) =>
          onChange(
            anchor === ''
              ? null
              : { offset: null, time: null, ...value, anchor: anchor as Moment['anchor'] },
          )
        }
        data={[
          ...(canBeOpen ? [{ value: '', label: t('moment.open') }] : []),
          ...anchorsOf(of === 'departure').map((it) => ({
            value: it,
            label: t(`playbooks:anchors.${it}`),
          })),
        ]}
      />
      {value && !isExact && (
        <TextInput
          type="time"
          aria-label={t('moment.time')}
          value={value.time ?? ''}
          onChange={(event) => set({ time: event.currentTarget.value || null })}
        />
      )}
    </fieldset>
  );
}
