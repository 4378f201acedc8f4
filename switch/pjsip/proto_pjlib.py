"""Prototypes of pjlib and pjlib-util, by hand from the public headers of tag 2.15.1. Pools, locks, timers, lists."""

PROTOTYPES = """
int pj_init(void);
void pj_srand(unsigned int);
void pj_shutdown(void);
int pjlib_util_init(void);
const char *pj_get_version(void);
void pj_log_set_level(int level);
pj_str_t pj_strerror(pj_status_t status, char *buf, pj_size_t size);
const pj_pool_factory_policy *pj_pool_factory_get_default_policy(void);
void pj_caching_pool_init(pj_caching_pool *pool, const pj_pool_factory_policy *policy, pj_size_t max_capacity);
void pj_caching_pool_destroy(pj_caching_pool *pool);
pj_pool_t *pj_pool_create(pj_pool_factory *factory, const char *name, pj_size_t initial, pj_size_t increment,
                          pj_pool_callback *callback);
void pj_pool_release(pj_pool_t *pool);
void pj_pool_reset(pj_pool_t *pool);
void *pj_pool_alloc(pj_pool_t *pool, pj_size_t size);
void *pj_pool_calloc(pj_pool_t *pool, pj_size_t count, pj_size_t size);
int pj_atomic_create(pj_pool_t *pool, long initial, pj_atomic_t **atomic);
int pj_atomic_destroy(pj_atomic_t *atomic);
long pj_atomic_get(pj_atomic_t *atomic);
int pj_lock_create_recursive_mutex(pj_pool_t *pool, const char *name, pj_lock_t **lock);
int pj_lock_destroy(pj_lock_t *lock);
void pj_timer_heap_set_max_timed_out_per_poll(void *heap, unsigned count);
unsigned pj_timer_heap_poll(void *heap, pj_time_val *next_delay);
pj_size_t pj_timer_heap_count(void *heap);
void pj_list_insert_before(void *pos, void *node);
"""
