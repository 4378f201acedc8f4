"""Prototypes of pjsip-ua (invite sessions, 100rel, session timers) and of pjmedia's SDP, from tag 2.15.1."""

PROTOTYPES = """
int pjsip_100rel_init_module(pjsip_endpoint *endpt);
int pjsip_timer_init_module(pjsip_endpoint *endpt);
int pjsip_timer_init_session(pjsip_inv_session *inv, const pjsip_timer_setting *setting);
int pjsip_timer_setting_default(pjsip_timer_setting *setting);

int pjsip_inv_usage_init(pjsip_endpoint *endpt, const pjsip_inv_callback *cb);
int pjsip_inv_verify_request(pjsip_rx_data *rdata, unsigned *options, const pjmedia_sdp_session *sdp,
                             pjsip_dialog *dlg, pjsip_endpoint *endpt, pjsip_tx_data **tdata);
int pjsip_inv_create_uas(pjsip_dialog *dlg, pjsip_rx_data *rdata, const pjmedia_sdp_session *sdp, unsigned options,
                         pjsip_inv_session **inv);
int pjsip_inv_create_uac(pjsip_dialog *dlg, const pjmedia_sdp_session *sdp, unsigned options,
                         pjsip_inv_session **inv);
int pjsip_inv_add_ref(pjsip_inv_session *inv);
int pjsip_inv_dec_ref(pjsip_inv_session *inv);
int pjsip_inv_terminate(pjsip_inv_session *inv, int code, pj_bool_t notify);
int pjsip_inv_uac_restart(pjsip_inv_session *inv, pj_bool_t new_offer);
int pjsip_inv_invite(pjsip_inv_session *inv, pjsip_tx_data **tdata);
int pjsip_inv_initial_answer(pjsip_inv_session *inv, pjsip_rx_data *rdata, int code, const pj_str_t *text,
                             const pjmedia_sdp_session *sdp, pjsip_tx_data **tdata);
int pjsip_inv_answer(pjsip_inv_session *inv, int code, const pj_str_t *text, const pjmedia_sdp_session *sdp,
                     pjsip_tx_data **tdata);
int pjsip_inv_set_sdp_answer(pjsip_inv_session *inv, const pjmedia_sdp_session *sdp);
int pjsip_inv_end_session(pjsip_inv_session *inv, int code, const pj_str_t *text, pjsip_tx_data **tdata);
int pjsip_inv_reinvite(pjsip_inv_session *inv, const pj_str_t *contact, const pjmedia_sdp_session *offer,
                       pjsip_tx_data **tdata);
int pjsip_inv_create_ack(pjsip_inv_session *inv, int cseq, pjsip_tx_data **tdata);
int pjsip_inv_send_msg(pjsip_inv_session *inv, pjsip_tx_data *tdata);

int pjmedia_sdp_parse(pj_pool_t *pool, char *buf, pj_size_t size, pjmedia_sdp_session **sdp);
int pjmedia_sdp_print(const pjmedia_sdp_session *sdp, char *buf, pj_size_t size);
int pjmedia_sdp_validate(const pjmedia_sdp_session *sdp);
int pjmedia_sdp_neg_get_state(pjmedia_sdp_neg *neg);
int pjmedia_sdp_neg_get_active_local(pjmedia_sdp_neg *neg, const pjmedia_sdp_session **sdp);
int pjmedia_sdp_neg_get_active_remote(pjmedia_sdp_neg *neg, const pjmedia_sdp_session **sdp);
"""
