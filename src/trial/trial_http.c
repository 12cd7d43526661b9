#include "http/command.h"
#include "trial/trial.h"
extern const struct command trial_commands[];
const struct slice trial_slice = { .name = "trial", .commands = trial_commands };
