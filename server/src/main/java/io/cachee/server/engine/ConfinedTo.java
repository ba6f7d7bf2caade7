package io.cachee.server.engine;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Only one thread uses this class or member, so it needs no lock. Of a class, it holds for all members that are not
 * marked otherwise.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target({ElementType.TYPE, ElementType.FIELD, ElementType.METHOD})
public @interface ConfinedTo {
    /** Which thread, for example that of an event loop. */
    String value();
}
