package dev.countermark.ctl;

/** A form in which judgements are told. */
interface Judgements {
  void add(Judgement judgement);

  /** Called once, after the last judgement. */
  void end();
}
