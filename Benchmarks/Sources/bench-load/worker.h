#ifndef WORKER_H
#define WORKER_H

/* What a pair of processes, a server and its clients, holds of the load. */
struct share {
    /* Tells the pair's addresses from others'. */
    int number;
    int connections;
    /* Whether they are on the watched port, or on the others. */
    int is_watched;
};

/* Both make or take their connections, answer one byte, and then one for each that comes: the server has written a
 * heartbeat to a third of them, or the clients have read it. They return when `orders` ends. */
void run_server(struct share share, int orders, int answers);
void run_clients(struct share share, int orders, int answers);

#endif
