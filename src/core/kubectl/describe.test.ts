import { describe, expect, test } from "vitest";
import { ask, stored, text, told } from "./testing.ts";

const CLUSTER = stored(`
apiVersion: v1
kind: Service
metadata: { name: shop-np, namespace: default, uid: u1 }
spec: { type: NodePort, clusterIP: 10.96.200.1, clusterIPs: [10.96.200.1], ipFamilies: [IPv4], ipFamilyPolicy: SingleStack, ports: [{ port: 80, nodePort: 30080, protocol: TCP, targetPort: 8080 }], selector: { app: shop }, sessionAffinity: None, externalTrafficPolicy: Cluster, internalTrafficPolicy: Cluster }
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: shop-np-abcde, namespace: default, labels: { kubernetes.io/service-name: shop-np } }
addressType: IPv4
ports: [{ name: "", port: 8080, protocol: TCP }]
endpoints: [{ addresses: [10.244.1.30], conditions: { ready: true } }]
---
apiVersion: v1
kind: Service
metadata: { name: name, namespace: default }
spec: { type: ExternalName, externalName: db.example.com, sessionAffinity: None }
---
apiVersion: v1
kind: Service
metadata:
  name: lb
  namespace: default
  uid: u2
  annotations: { b: "2", a: "line one\\nline two", kubectl.kubernetes.io/last-applied-configuration: "{}" }
spec: { type: LoadBalancer, clusterIP: 10.96.31.9, clusterIPs: [10.96.31.9, "fd00::9"], ipFamilies: [IPv4, IPv6], ipFamilyPolicy: PreferDualStack, ports: [{ name: web, port: 443, nodePort: 31443, protocol: TCP, targetPort: https, appProtocol: https }], sessionAffinity: ClientIP, externalTrafficPolicy: Local, internalTrafficPolicy: Cluster, healthCheckNodePort: 31000, loadBalancerSourceRanges: [10.0.0.0/8, 192.0.2.0/24], trafficDistribution: PreferSameZone }
status: { loadBalancer: { ingress: [{ ip: 203.0.113.10, ipMode: VIP }, { hostname: b.example }] } }
---
apiVersion: v1
kind: Event
metadata: { name: lb.1, namespace: default }
involvedObject: { kind: Service, name: lb, namespace: default, uid: u2 }
type: Normal
reason: EnsuredLoadBalancer
message: Ensured load balancer
source: { component: service-controller }
firstTimestamp: "2026-11-21T11:16:00Z"
lastTimestamp: "2026-11-21T11:46:00Z"
count: 4
---
apiVersion: v1
kind: Event
metadata: { name: lb.2, namespace: default }
involvedObject: { kind: Service, name: lb, namespace: default, uid: u2 }
type: Normal
reason: EnsuringLoadBalancer
message: Ensuring load balancer
source: { component: service-controller }
firstTimestamp: "2026-11-21T11:15:00Z"
lastTimestamp: "2026-11-21T11:15:00Z"
count: 1
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: empty-abcde, namespace: default }
addressType: IPv4
---
apiVersion: v1
kind: Endpoints
metadata: { name: web, namespace: default }
subsets: [{ addresses: [{ ip: 10.244.1.10 }, { ip: 10.244.2.11 }], notReadyAddresses: [{ ip: 10.244.1.12 }], ports: [{ name: http, port: 8080, protocol: TCP }] }]
---
apiVersion: v1
kind: Pod
metadata: { name: web, namespace: default, deletionTimestamp: "2026-11-21T12:00:20Z", deletionGracePeriodSeconds: 30 }
spec:
  nodeName: node-a
  serviceAccountName: default
  containers:
    - name: web
      image: nginx:1.27
      command: [sh, -c, "a\\nb"]
      ports: [{ containerPort: 80, name: http }, { containerPort: 53, protocol: UDP }]
      resources: { limits: { memory: 1Gi, cpu: 500m } }
      readinessProbe: { httpGet: { port: http, path: /ready, scheme: HTTP }, initialDelaySeconds: 5, timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 }
      livenessProbe: { exec: { command: [cat, /x] } }
      env: [{ name: A, value: b }, { name: IP, valueFrom: { fieldRef: { fieldPath: status.podIP } } }]
      volumeMounts: [{ name: kube-api-access-x2k9p, mountPath: /var/run/secrets/kubernetes.io/serviceaccount, readOnly: true }]
  volumes:
    - name: kube-api-access-x2k9p
      projected: { sources: [{ serviceAccountToken: { expirationSeconds: 3607 } }, { configMap: { name: kube-root-ca.crt } }, { downwardAPI: {} }] }
status:
  phase: Running
  hostIP: 172.18.0.3
  podIP: 10.244.1.10
  containerStatuses: [{ name: web, ready: false, restartCount: 1, state: { waiting: { reason: CrashLoopBackOff } }, lastState: { terminated: { exitCode: 1, reason: Error, startedAt: "2026-11-20T10:00:00Z", finishedAt: "2026-11-20T10:00:05Z" } } }]
`);

describe("describe (derived)", () => {
  test.each([
    [
      "describe svc shop-np",
      `
      Name:                     shop-np
      Namespace:                default
      Labels:                   <none>
      Annotations:              <none>
      Selector:                 app=shop
      Type:                     NodePort
      IP Family Policy:         SingleStack
      IP Families:              IPv4
      IP:                       10.96.200.1
      IPs:                      10.96.200.1
      Port:                     <unset>  80/TCP
      TargetPort:               8080/TCP
      NodePort:                 <unset>  30080/TCP
      Endpoints:                10.244.1.30:8080
      Session Affinity:         None
      External Traffic Policy:  Cluster
      Internal Traffic Policy:  Cluster
      Events:                   <none>
      `,
    ],
    [
      "describe svc lb",
      `
      Name:                        lb
      Namespace:                   default
      Labels:                      <none>
      Annotations:                 a:
                                     line one
                                     line two
                                   b: 2
      Selector:                    <none>
      Type:                        LoadBalancer
      IP Family Policy:            PreferDualStack
      IP Families:                 IPv4,IPv6
      IP:                          10.96.31.9
      IPs:                         10.96.31.9,fd00::9
      LoadBalancer Ingress:        203.0.113.10 (VIP), b.example
      Port:                        web  443/TCP
      TargetPort:                  https/TCP
      AppProtocol:                 https
      NodePort:                    web  31443/TCP
      Endpoints:                   <none>
      Session Affinity:            ClientIP
      External Traffic Policy:     Local
      Internal Traffic Policy:     Cluster
      HealthCheck NodePort:        31000
      LoadBalancer Source Ranges:  10.0.0.0/8,192.0.2.0/24
      Traffic Distribution:        PreferSameZone
      Events:
        Type    Reason                Age                From                Message
        ----    ------                ----               ----                -------
        Normal  EnsuringLoadBalancer  45m                service-controller  Ensuring load balancer
        Normal  EnsuredLoadBalancer   14m (x4 over 44m)  service-controller  Ensured load balancer
      `,
    ],
    [
      "describe endpointslice empty-abcde",
      `
      Name:         empty-abcde
      Namespace:    default
      Labels:       <none>
      Annotations:  <none>
      AddressType:  IPv4
      Ports: <unset>
      Endpoints: <none>
      Events:  <none>
      `,
    ],
    [
      "describe ep web",
      `
      Name:         web
      Namespace:    default
      Labels:       <none>
      Annotations:  <none>
      Subsets:
        Addresses:          10.244.1.10,10.244.2.11
        NotReadyAddresses:  10.244.1.12
        Ports:
          Name  Port  Protocol
          ----  ----  --------
          http  8080  TCP

      Events:  <none>
      ! Warning: v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice
      `,
    ],
    [
      "describe pod/web",
      `
      Name:                      web
      Namespace:                 default
      Service Account:           default
      Node:                      node-a/172.18.0.3
      Labels:                    <none>
      Annotations:               <none>
      Status:                    Terminating (lasts <invalid>)
      Termination Grace Period:  30s
      IP:                        10.244.1.10
      IPs:                       <none>
      Containers:
        web:
          Container ID:${"  "}
          Image:         nginx:1.27
          Image ID:${"      "}
          Ports:         80/TCP (http), 53/UDP
          Host Ports:    0/TCP (http), 0/UDP
          Command:
            sh
            -c
            a
            b
          State:          Waiting
            Reason:       CrashLoopBackOff
          Last State:     Terminated
            Reason:       Error
            Exit Code:    1
            Started:      Fri, 20 Nov 2026 10:00:00 +0000
            Finished:     Fri, 20 Nov 2026 10:00:05 +0000
          Ready:          False
          Restart Count:  1
          Limits:
            cpu:      500m
            memory:   1Gi
          Liveness:   exec [cat /x] delay=0s timeout=0s period=0s #success=0 #failure=0
          Readiness:  http-get http://:http/ready delay=5s timeout=1s period=10s #success=1 #failure=3
          Environment:
            A:   b
            IP:  10.244.1.10 (v1:status.podIP)
          Mounts:
            /var/run/secrets/kubernetes.io/serviceaccount from kube-api-access-x2k9p (ro)
      Volumes:
        kube-api-access-x2k9p:
          Type:                    Projected (a volume that contains injected data from multiple sources)
          TokenExpirationSeconds:  3607
          ConfigMapName:           kube-root-ca.crt
          Optional:                false
          DownwardAPI:             true
      QoS Class:                   Burstable
      Node-Selectors:              <none>
      Tolerations:                 <none>
      Events:                      <none>
      `,
    ],
  ])("%s", (line, wanted) => expect(told(ask(CLUSTER, line))).toBe(text(wanted)));

  const NETWORK = stored(`
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: shop, namespace: default }
spec: { ingressClassName: nginx, tls: [{ hosts: [shop.example], secretName: cert }], rules: [{ host: shop.example, http: { paths: [{ path: /, backend: { service: { name: web, port: { number: 80 } } } }, { path: /x, backend: { service: { name: none, port: { name: http } } } }] } }] }
---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: default }
spec: { ports: [{ name: http, port: 80 }] }
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: web-abcde, namespace: default, labels: { kubernetes.io/service-name: web } }
addressType: IPv4
ports: [{ name: http, port: 8080 }]
endpoints: [{ addresses: [10.244.1.2] }]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: db, namespace: default, creationTimestamp: "2026-11-20T10:00:00Z" }
spec: { podSelector: { matchLabels: { app: db } }, policyTypes: [Ingress], ingress: [{ ports: [{ port: 5432 }], from: [{ podSelector: { matchLabels: { app: web } } }, { ipBlock: { cidr: 10.0.0.0/8, except: [10.1.0.0/16] } }] }, {}] }
`);

  test.each([
    [
      "describe ing shop",
      `
      Name:             shop
      Labels:           <none>
      Namespace:        default
      Address:${"          "}
      Ingress Class:    nginx
      Default backend:  <default>
      TLS:
        cert terminates shop.example
      Rules:
        Host          Path  Backends
        ----          ----  --------
        shop.example${"  "}
                      /    web:80 (10.244.1.2:8080)
                      /x   none:http (<error: services "none" not found>)
      Annotations:    <none>
      Events:         <none>
      `,
    ],
    [
      "describe netpol db",
      `
      Name:         db
      Namespace:    default
      Created on:   2026-11-20 10:00:00 +0000 UTC
      Labels:       <none>
      Annotations:  <none>
      Spec:
        PodSelector:     app=db
        Allowing ingress traffic:
          To Port: 5432/TCP
          From:
            PodSelector: app=web
          From:
            IPBlock:
              CIDR: 10.0.0.0/8
              Except: 10.1.0.0/16
          ----------
          To Port: <any> (traffic allowed to all ports)
          From: <any> (traffic not restricted by source)
        Not affecting egress traffic
        Policy Types: Ingress
      `,
    ],
  ])("%s", (line, wanted) => expect(told(ask(NETWORK, line))).toBe(text(wanted)));

  test("a name that only begins so is found; of several objects no events are told", () => {
    expect(told(ask(CLUSTER, "describe svc na"))).toMatch(
      /^Name: {14}name\n[^]*\nIP: {16}\nIPs: {15}<none>\nExternal Name: {5}db\.example\.com\nSession Affinity: {2}None\nEvents: {12}<none>\n\n$/,
    );
    const all = told(ask(CLUSTER, "describe svc"));
    expect(all).not.toContain("Events:");
    expect(all).toContain("\n\n\nName:");
    expect(told(ask(CLUSTER, "describe svc --show-events=true"))).toContain("EnsuredLoadBalancer");
  });

  test("what is not there", () => {
    expect(told(ask(CLUSTER, "describe svc x"))).toBe('! Error from server (NotFound): services "x" not found\n');
    expect(told(ask(CLUSTER, "describe secrets"))).toBe("! No resources found in default namespace.\n");
  });
});
