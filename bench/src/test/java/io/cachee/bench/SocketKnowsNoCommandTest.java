package io.cachee.bench;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** A second protocol can stand on the same sockets: what carries bytes does not know what they mean. */
final class SocketKnowsNoCommandTest {
    private static final String NET = "io.cachee.server.net.";
    private static final String ENGINE = "io.cachee.server.engine.";

    /** The carriers of bytes, whatever a client speaks. */
    private static final String CARRIERS =
            "io\\.cachee\\.server\\.net\\.(SocketConnection|Protocol|Outbox|InputShare|LoopBinding|LoopContext"
                    + "|LoopLoad|BufferTotal|Connections|EventLoops)(\\$.*)?";

    /** What the engine has that is of no command: settings, counters and events of the process. */
    private static final DescribedPredicate<JavaClass> PART_OF_COMMANDS =
            DescribedPredicate.describe("run commands or speak to clients", type -> {
                String name = type.getName();
                return name.startsWith(ENGINE + "Command")
                        || name.equals(ENGINE + "Session")
                        || name.equals(ENGINE + "Link")
                        || name.equals(ENGINE + "Outcome")
                        || name.equals(ENGINE + "PendingReply");
            });

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.cachee.server.net");

    @Test
    void socketsKnowNeitherRespNorCommands() {
        noClasses()
                .that()
                .haveNameMatching(CARRIERS)
                .should()
                .dependOnClassesThat(resideInAPackage("io.cachee.resp..").or(PART_OF_COMMANDS))
                .check(CLASSES);
    }

    /** The listener alone chooses the protocol. */
    @Test
    void onlyTheListenerNamesTheProtocol() {
        classes()
                .that()
                .haveFullyQualifiedName(NET + "RespFactory")
                .should()
                .onlyHaveDependentClassesThat()
                .haveNameMatching("io\\.cachee\\.server\\.net\\.(SocketServer|Resp\\w+)(\\$.*)?")
                .check(CLASSES);
    }
}
