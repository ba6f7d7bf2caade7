package io.cachee.l2;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Instances are used by the thread of the link's event loop alone, and so need no locks. For an interface, its methods
 * are called by that thread. Members that any thread may call say so.
 */
@Documented
@Retention(RetentionPolicy.SOURCE)
@Target(ElementType.TYPE)
@interface EventLoopConfined {}
