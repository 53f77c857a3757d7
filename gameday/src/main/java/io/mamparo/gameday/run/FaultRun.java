package io.mamparo.gameday.run;

import io.mamparo.gameday.Fault;

/**
 * A fault as it was carried out.
 *
 * @param begun seconds from time 0 at which the control API had confirmed it
 * @param ended seconds from time 0 at which it was mended, or the end of the game day
 */
public record FaultRun(Fault fault, double begun, double ended) {}
