#ifndef SIBYL_PLUGIN_H
#define SIBYL_PLUGIN_H
#endif
