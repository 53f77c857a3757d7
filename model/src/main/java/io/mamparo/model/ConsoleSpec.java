package io.mamparo.model;

/** The console and the control API. */
public record ConsoleSpec(Listen listen) {}
