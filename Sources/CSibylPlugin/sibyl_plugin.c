#include "sibyl_plugin.h"
