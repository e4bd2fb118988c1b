/** Documents that several scenarios share. */

/** Joins documents into the text of one file. */
export function documents(...texts: readonly string[]): string {
  return texts.join("---\n");
}

/** nginx Pods under one label. The probe keeps a Pod out of Services until nginx answers. */
export function webDeployment(replicas: number, app = "web"): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${app}
  labels:
    app: ${app}
spec:
  replicas: ${replicas}
  selector:
    matchLabels:
      app: ${app}
  template:
    metadata:
      labels:
        app: ${app}
    spec:
      containers:
        - name: nginx
          image: nginx:1.28
          ports:
            - containerPort: 80
          readinessProbe:
            httpGet:
              path: /
              port: 80
            periodSeconds: 5
`;
}

export const WEB_DEPLOYMENT = webDeployment(3);

/** A place to send from: curl is in the image, and nothing listens. */
export const DEBUG_POD = `# A Pod to ask from. It has curl, and sleeps so that it stays.
apiVersion: v1
kind: Pod
metadata:
  name: debug
  labels:
    app: debug
spec:
  containers:
    - name: curl
      image: curlimages/curl:8.11.1
      command: ["sleep", "infinity"]
`;

/** The two lines that keep names of the cluster out of CoreDNS's cache. */
export const UNCACHED = `cache 30 {
           disable success cluster.local
           disable denial cluster.local
        }
`;

/** CoreDNS's configuration as kubeadm writes it. `first`: a comment above it. */
export function coreDnsConfig(first: string): string {
  return `${first}apiVersion: v1
kind: ConfigMap
metadata:
  name: coredns
  namespace: kube-system
data:
  Corefile: |
    .:53 {
        errors
        health {
           lameduck 5s
        }
        ready
        kubernetes cluster.local in-addr.arpa ip6.arpa {
           pods insecure
           fallthrough in-addr.arpa ip6.arpa
           ttl 30
        }
        prometheus :9153
        forward . /etc/resolv.conf {
           max_concurrent 1000
        }
        ${UNCACHED}        loop
        reload
        loadbalance
    }
`;
}
