/* Claims from the command line: a list, and a batch from a file. */
#include "claim/claim.h"

#include "claim/claim_rows.h"
#include "http/command.h"

const struct command claim_commands[] = {
    { 0 }
};
