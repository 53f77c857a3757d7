package io.mamparo.load;

/**
 * One failed request.
 *
 * @param intended when it should have started, nanoseconds from the start of the run
 * @param ended when it failed, nanoseconds from the start of the run
 * @param request the name of its kind
 * @param why a status, an SQLSTATE or the error in words
 */
public record Failure(long intended, long ended, String request, String why) {}
