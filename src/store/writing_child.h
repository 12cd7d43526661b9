/* For tests: this program again as a child that writes, tells each write it was acknowledged (an int64_t to standard output),
 * and ends by SIGKILL. Include it behind cmocka. */
#ifndef STORE_WRITING_CHILD_H
#define STORE_WRITING_CHILD_H
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* Runs argv, kills it after `wanted` of them (SIZE_MAX: it ends by itself), and returns how many it told: what is in the
 * pipe counts, too. */
static inline size_t writing_child(char *const argv[], size_t wanted, int64_t *acked, size_t max)
{
    int p[2], status;
    size_t n = 0;
    bool killed = false;
    if (pipe(p)) abort();
    pid_t pid = fork();
    if (pid == 0) {
        dup2(p[1], STDOUT_FILENO);
        close(p[0]);
        close(p[1]);
        execv(argv[0], argv);
        _exit(127);
    }
    close(p[1]);
    while (n < max && read(p[0], &acked[n], sizeof *acked) == sizeof *acked)
        if (++n >= wanted && !killed) killed = kill(pid, SIGKILL) == 0;
    close(p[0]);
    waitpid(pid, &status, 0);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    return n;
}
#endif
