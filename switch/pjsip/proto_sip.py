"""Prototypes of pjsip-core (endpoint, transports, messages, transactions, dialogs) from the headers of tag 2.15.1."""

PROTOTYPES = """
extern pjsip_cfg_t pjsip_sip_cfg_var;

/* Three structs that abi.json has only by size, as the public headers write them. */
typedef struct { unsigned flag; int type; pjsip_host_port addr; } zongji_host_info;
typedef struct { int type; unsigned priority; unsigned weight; pj_sockaddr addr; int addr_len; } zongji_address;
typedef struct { void (*resolve)(void *resolver, pj_pool_t *pool, const zongji_host_info *target, void *token,
                                 void (*cb)(pj_status_t, void *, const pjsip_server_addresses *)); } zongji_resolver;
int pjsip_endpt_set_ext_resolver(pjsip_endpoint *endpt, zongji_resolver *resolver);

int pjsip_endpt_create(pj_pool_factory *factory, const char *name, pjsip_endpoint **endpt);
void pjsip_endpt_destroy(pjsip_endpoint *endpt);
int pjsip_endpt_register_module(pjsip_endpoint *endpt, pjsip_module *module);
int pjsip_endpt_unregister_module(pjsip_endpoint *endpt, pjsip_module *module);
void *pjsip_endpt_get_timer_heap(pjsip_endpoint *endpt);
pjsip_tpmgr *pjsip_endpt_get_tpmgr(pjsip_endpoint *endpt);
pj_pool_t *pjsip_endpt_create_pool(pjsip_endpoint *endpt, const char *name, pj_size_t initial, pj_size_t increment);
int pjsip_endpt_add_capability(pjsip_endpoint *endpt, pjsip_module *module, int type, const pj_str_t *name,
                               unsigned count, const pj_str_t *tags);
const pjsip_hdr *pjsip_endpt_get_capability(pjsip_endpoint *endpt, int type, const pj_str_t *name);
int pjsip_endpt_create_response(pjsip_endpoint *endpt, const pjsip_rx_data *rdata, int code, const pj_str_t *text,
                                pjsip_tx_data **tdata);
int pjsip_endpt_send_response2(pjsip_endpoint *endpt, pjsip_rx_data *rdata, pjsip_tx_data *tdata, void *token,
                               void *cb);
int pjsip_endpt_create_cancel(pjsip_endpoint *endpt, const pjsip_tx_data *tdata, pjsip_tx_data **cancel);

pj_ssize_t pjsip_tpmgr_receive_packet(pjsip_tpmgr *mgr, pjsip_rx_data *rdata);
int pjsip_tpmgr_register_tpfactory(pjsip_tpmgr *mgr, pjsip_tpfactory *factory);
int pjsip_tpmgr_unregister_tpfactory(pjsip_tpmgr *mgr, pjsip_tpfactory *factory);
unsigned pjsip_tpmgr_get_transport_count(pjsip_tpmgr *mgr);
int pjsip_transport_register(pjsip_tpmgr *mgr, pjsip_transport *transport);
int pjsip_transport_shutdown2(pjsip_transport *transport, pj_bool_t force);
int pjsip_transport_destroy(pjsip_transport *transport);
int pjsip_transport_add_ref(pjsip_transport *transport);
int pjsip_transport_dec_ref(pjsip_transport *transport);
unsigned pjsip_transport_get_flag_from_type(int type);

int pjsip_tx_data_add_ref(pjsip_tx_data *tdata);
int pjsip_tx_data_dec_ref(pjsip_tx_data *tdata);
void pjsip_tx_data_invalidate_msg(pjsip_tx_data *tdata);
pjsip_generic_string_hdr *pjsip_generic_string_hdr_create(pj_pool_t *pool, const pj_str_t *name,
                                                          const pj_str_t *value);
void *pjsip_msg_find_hdr(const pjsip_msg *msg, int type, const void *start);
void *pjsip_parse_hdr(pj_pool_t *pool, const pj_str_t *name, char *line, pj_size_t size, int *parsed);
pjsip_uri *pjsip_parse_uri(pj_pool_t *pool, char *buf, pj_size_t size, unsigned options);
pjsip_msg_body *pjsip_msg_body_create(pj_pool_t *pool, const pj_str_t *type, const pj_str_t *subtype,
                                      const pj_str_t *text);

int pjsip_tsx_layer_init_module(pjsip_endpoint *endpt);
int pjsip_tsx_layer_destroy(void);
unsigned pjsip_tsx_layer_get_tsx_count(void);
void pjsip_tsx_set_timers(unsigned t1, unsigned t2, unsigned t4, unsigned td); /* milliseconds */
int pjsip_tsx_terminate(pjsip_transaction *tsx, int code);

int pjsip_ua_init_module(pjsip_endpoint *endpt, const pjsip_ua_init_param *param);
pjsip_user_agent *pjsip_ua_instance(void);
unsigned pjsip_ua_get_dlg_set_count(void);
int pjsip_dlg_create_uac(pjsip_user_agent *ua, const pj_str_t *local_uri, const pj_str_t *local_contact,
                         const pj_str_t *remote_uri, const pj_str_t *target, pjsip_dialog **dlg);
int pjsip_dlg_create_uas_and_inc_lock(pjsip_user_agent *ua, pjsip_rx_data *rdata, const pj_str_t *contact,
                                      pjsip_dialog **dlg);
int pjsip_dlg_set_transport(pjsip_dialog *dlg, const pjsip_tpselector *sel);
int pjsip_dlg_terminate(pjsip_dialog *dlg);
void pjsip_dlg_inc_lock(pjsip_dialog *dlg);
void pjsip_dlg_dec_lock(pjsip_dialog *dlg);
int pjsip_dlg_create_request(pjsip_dialog *dlg, const pjsip_method *method, int cseq, pjsip_tx_data **tdata);
int pjsip_dlg_send_request(pjsip_dialog *dlg, pjsip_tx_data *tdata, int mod_data_id, void *mod_data);
int pjsip_dlg_fork(const pjsip_dialog *first, const pjsip_rx_data *rdata, pjsip_dialog **fresh);
const pjsip_method *pjsip_get_ack_method(void);
const pjsip_method *pjsip_get_bye_method(void);
int pjsip_dlg_create_response(pjsip_dialog *dlg, pjsip_rx_data *rdata, int code, const pj_str_t *text,
                              pjsip_tx_data **tdata);
int pjsip_dlg_send_response(pjsip_dialog *dlg, pjsip_transaction *tsx, pjsip_tx_data *tdata);
int pjsip_dlg_set_mod_data(pjsip_dialog *dlg, int mod_id, void *data);
pjsip_transaction *pjsip_rdata_get_tsx(pjsip_rx_data *rdata);
pjsip_dialog *pjsip_rdata_get_dlg(pjsip_rx_data *rdata);

void OpenSSL_add_all_digests(void); /* of the wheel's own libcrypto: PJSIP asks it for MD5 by name */
int pjsip_auth_clt_set_credentials(pjsip_auth_clt_sess *session, int count, const pjsip_cred_info *credentials);
int pjsip_auth_clt_reinit_req(pjsip_auth_clt_sess *session, const pjsip_rx_data *rdata, pjsip_tx_data *old,
                              pjsip_tx_data **fresh);
"""
