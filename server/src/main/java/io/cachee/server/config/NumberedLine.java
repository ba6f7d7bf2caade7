package io.cachee.server.config;

/** A line of a file. The first has the number 1. */
public record NumberedLine(int number, String text) {}
