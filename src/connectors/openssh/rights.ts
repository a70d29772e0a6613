/** The one permission there is. What is told when a host refuses. */
export const rights = 'sudo for /usr/local/sbin/gatehouse-host';
