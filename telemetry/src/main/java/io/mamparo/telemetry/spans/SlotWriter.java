package io.mamparo.telemetry.spans;

/** Fills one slot at a time. Belongs to the thread that owns the slots. */
public final class SlotWriter {
  private final long[] slots;
  private int at;
  private int kind;
  private int flags;
  private int status;
  private int service;
  private int attributes;

  /** A writer into these slots. */
  public SlotWriter(long[] slots) {
    this.slots = slots;
  }

  /** Begins the slot at a position. */
  public void begin(int position, long traceHi, long traceLo, long span, long parent) {
    at = position;
    kind = 0;
    flags = 0;
    status = 0;
    service = 0;
    attributes = 0;
    slots[at + Slot.TRACE_HI] = traceHi;
    slots[at + Slot.TRACE_LO] = traceLo;
    slots[at + Slot.SPAN] = span;
    slots[at + Slot.PARENT] = parent;
    slots[at + Slot.START] = 0;
    slots[at + Slot.DURATION] = 0;
    slots[at + Slot.NAMES] = 0;
    slots[at + Slot.CODES] = 0;
    slots[at + Slot.TEXT] = 0;
  }

  /** Names it. */
  public void named(int ofKind, int ofService, int name, int peer) {
    kind = ofKind;
    service = ofService;
    slots[at + Slot.NAMES] = (name & 0xffffffffL) | ((long) peer << 32);
  }

  /** When and how long. */
  public void took(long startEpochNanos, long durationNanos) {
    slots[at + Slot.START] = startEpochNanos;
    slots[at + Slot.DURATION] = Math.max(0, durationNanos);
  }

  /** Its status. */
  public void status(int of) {
    status = of;
  }

  /** It failed. */
  public void error() {
    flags |= Slot.ERROR;
  }

  /** It is the entry. */
  public void entry() {
    flags |= Slot.ENTRY;
  }

  /** No other span belongs to its trace. */
  public void alone() {
    flags |= Slot.ALONE;
  }

  /** The caller wants it kept. */
  public void callerSampled() {
    flags |= Slot.SAMPLED;
  }

  /** It was chosen at its start. */
  public void headSampled() {
    flags |= Slot.HEAD_SAMPLED;
  }

  /** One more attribute. */
  public void attribute(int code, long value) {
    if (attributes < Slot.ATTRIBUTES) {
      slots[at + Slot.CODES] |= (long) code << (8 * attributes);
      slots[at + Slot.VALUES + attributes] = value;
      attributes++;
    }
  }

  /** Its text. */
  public void text(CharSequence text) {
    Slot.putText(slots, at, text);
  }

  /** Writes what was gathered. */
  public void end() {
    slots[at + Slot.META] = Slot.meta(kind, flags, status, service);
  }
}
